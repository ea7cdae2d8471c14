// A home of its own for one test: runs the real command line in it, and leaves nothing behind.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, DaemonUnreachable, type Client } from '../../src/client/index.ts';
import type { Agent, AgentDetails } from '../../src/core/agent.ts';
import type { MuxwardEvent } from '../../src/core/event.ts';
import type { StatusReply } from '../../src/core/protocol.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export const MUXWARD = join(ROOT, 'bin/muxward');

/** See its own header for what it can be told. */
export const FAKE_AGENT = join(ROOT, 'test/fixtures/fake-agent');

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Buffer;
}

/** A daemon that is held still answers later, or never. */
const ANSWER_MS = 5000;

/** One line of what a fake agent wrote down. */
export interface Truth {
  readonly at: string;
  readonly pid: number;
  readonly what: string;
  readonly [more: string]: unknown;
}

export class MuxwardHome {
  readonly home: string;
  /** A folder for the test's own files. */
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;

  readonly #base: string;

  /** @param folder the home, below a folder of this test's own */
  constructor(env: Readonly<Record<string, string>> = {}, folder = 'home') {
    const base = mkdtempSync(join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 'h'));
    this.#base = base;
    this.home = join(base, folder);
    this.work = join(base, 'work');
    mkdirSync(this.work);
    // Nothing of the caller's environment but what a program cannot do without.
    this.env = {
      // Scripts of agents find the Node that runs the tests.
      PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      HOME: this.work,
      LANG: 'C.UTF-8',
      SHELL: '/bin/sh',
      MUXWARD_HOME: this.home,
      MUXWARD_NODE: process.execPath,
      TMUX_TMPDIR: base,
      ...env,
    };
  }

  /** Runs `muxward ARGS…` to its end, whatever that is. */
  run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return new Promise((done) => {
      const child = execFile(
        MUXWARD,
        args,
        {
          env: { ...this.env, ...options.env },
          cwd: options.cwd ?? this.work,
          maxBuffer: 2 ** 28,
          encoding: 'utf8',
        },
        (error, stdout, stderr) => {
          const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 128;
          done({ status, stdout, stderr });
        },
      );
      // One that ends without reading it has its own status.
      child.stdin?.on('error', () => {});
      child.stdin?.end(options.input ?? '');
    });
  }

  /** Runs it and expects it to work; gives what it printed. */
  async ok(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(args);
    if (status !== 0) throw new Error(`muxward ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
    return stdout;
  }

  async json<T>(...args: string[]): Promise<T> {
    return JSON.parse(await this.ok('--json', ...args)) as T;
  }

  /** Starts it and lets it run: for commands that follow. */
  start(args: readonly string[], options: RunOptions = {}): ChildProcess & { output: () => string } {
    const child = spawn(MUXWARD, args, {
      env: { ...this.env, ...options.env },
      cwd: options.cwd ?? this.work,
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return Object.assign(child, { output: () => output });
  }

  async agents(): Promise<readonly Agent[]> {
    const status = await this.ask((client, signal) => client.call('GET /api/agents', {}, { signal }), 'status');
    return status.agents;
  }

  /**
   * Asks the daemon itself what a command would tell: polls do so, since a command costs a process each time. Where no
   * daemon answers, that command starts one.
   */
  async ask<T>(call: (client: Client, signal: AbortSignal) => Promise<T>, ...command: string[]): Promise<T> {
    try {
      return await call(connect({ home: this.home }), AbortSignal.timeout(ANSWER_MS));
    } catch (error) {
      if (!(error instanceof DaemonUnreachable)) throw error;
      return await this.json<T>(...command);
    }
  }

  async agent(name: string): Promise<Agent> {
    const found = (await this.agents()).find((agent) => agent.name === name);
    if (!found) throw new Error(`no agent ${name}`);
    return found;
  }

  inspect(name: string): Promise<AgentDetails> {
    return this.ask((client, signal) => client.call('GET /api/agents/:name', undefined, { path: { name }, signal }), 'inspect', name);
  }

  async events(...args: string[]): Promise<readonly MuxwardEvent[]> {
    return (await this.json<{ events: MuxwardEvent[] }>('events', '--limit', '1000', ...args)).events;
  }

  /** Spawns one agent; `args` are flags, `--` and the command. */
  async spawn(name: string, ...args: string[]): Promise<Agent> {
    const [agent] = await this.json<Agent[]>('spawn', name, ...args);
    if (!agent) throw new Error(`spawn ${name} gave no agent`);
    return agent;
  }

  /** Spawns a fake agent: flags of `spawn`, and what it is told to do. What truly happened is read with `truth`. */
  spawnFake(name: string, flags: readonly string[], told: readonly string[]): Promise<Agent> {
    return this.spawn(
      name,
      '--env',
      `FAKE_AGENT_TRUTH=${this.file(`${name}.truth`)}`,
      ...flags,
      '--',
      FAKE_AGENT,
      ...told,
    );
  }

  truth(name: string, what?: string): Truth[] {
    const file = this.file(`${name}.truth`);
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines
      .map((line) => JSON.parse(line) as Truth)
      .filter((truth) => what === undefined || truth.what === what);
  }

  /** Waits until `test` holds of the agent, and gives it as it is then. */
  agentThat(name: string, what: string, test: (agent: Agent) => boolean, timeoutMs?: number): Promise<Agent> {
    const look = async (): Promise<Agent | false> => {
      const agent = await this.agent(name);
      return test(agent) ? agent : false;
    };
    return eventually(look, `${name} ${what}`, timeoutMs);
  }

  /** A path in the test's own folder. */
  file(name: string): string {
    return join(this.work, name);
  }

  /** Writes an executable sh script into the test's own folder and gives its path. */
  script(name: string, body: string): string {
    const file = this.file(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\n${body}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  /** Settings for daemons that start from now on. */
  configure(yaml: string): void {
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    writeFileSync(join(this.home, 'config.yaml'), yaml, { mode: 0o600 });
  }

  async daemonPid(): Promise<number> {
    return (await this.json<StatusReply>('status')).daemon.pid;
  }

  tmux(...args: string[]): Promise<string> {
    return this.ok('tmux', ...args);
  }

  log(name: string): string {
    return readFileSync(join(this.home, 'logs', `${name}.log`), 'utf8');
  }

  /** Ends everything that runs in this home, by force: whatever a test did to the daemon, nothing is left. */
  async end(): Promise<void> {
    const left = (): number[] => pidsWithVariable(`MUXWARD_HOME=${this.home}`);
    const killAll = (): boolean => {
      const pids = left();
      for (const pid of pids) killIfThere(pid);
      return pids.length === 0;
    };
    await eventually(killAll, 'everything of this home is gone');
    rmSync(this.#base, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The exit status with which a started command ends. */
export async function statusOf(child: ChildProcess): Promise<number> {
  await eventually(() => child.exitCode !== null || child.signalCode !== null, 'it has ended');
  if (child.exitCode === null) throw new Error(`ended by ${child.signalCode}`);
  return child.exitCode;
}

/** The documents that a following command has printed so far, one a line. */
export function documents<T>(output: string): T[] {
  const whole = output.split('\n').slice(0, -1);
  return whole.map((line) => JSON.parse(line) as T);
}

/** Looks until `look` gives something true, and gives that. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  what: string,
  timeoutMs = 10_000,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      last = await look();
      if (last) return last as Exclude<T, false | null | undefined>;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  }
  throw new Error(
    `not within ${timeoutMs} ms: ${what} (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`,
  );
}

/** Does this very process live (a zombie does not)? */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(stat);
  } catch {
    return false;
  }
}

/** Every process whose command line has `word` as one of its arguments. */
export function pidsWithArgument(word: string): number[] {
  return allPids().filter((pid) => procFile(pid, 'cmdline').split('\0').includes(word));
}

/** Every process that has this variable in its environment, to the letter. */
export function pidsWithVariable(assignment: string): number[] {
  return allPids().filter((pid) => isAlive(pid) && procFile(pid, 'environ').split('\0').includes(assignment));
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

/** Empty for a process that has gone and one of another user. */
function procFile(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Ends it by SIGKILL; one that went meanwhile is no fault. */
export function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
}
