// A home of its own for one test: runs the real command line in it, and leaves nothing behind.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent, AgentDetails } from '../../src/core/agent.ts';
import type { MuxwardEvent } from '../../src/core/event.ts';
import type { StatusReply } from '../../src/core/protocol.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
}

export class MuxwardHome {
  readonly home: string;
  /** A folder for the test's own files. */
  readonly work: string;
  readonly env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>> = {}) {
    const base = mkdtempSync(join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 'h'));
    this.home = join(base, 'home');
    this.work = join(base, 'work');
    mkdirSync(this.work);
    // Nothing of the caller's environment but what a program cannot do without.
    this.env = {
      PATH: process.env['PATH'] ?? '',
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
        join(ROOT, 'bin/muxward'),
        args,
        { env: { ...this.env, ...options.env }, cwd: options.cwd ?? this.work, maxBuffer: 2 ** 28, encoding: 'utf8' },
        (error, stdout, stderr) => {
          const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 128;
          done({ status, stdout, stderr });
        },
      );
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
    const child = spawn(join(ROOT, 'bin/muxward'), args, { env: { ...this.env, ...options.env }, cwd: options.cwd ?? this.work });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return Object.assign(child, { output: () => output });
  }

  async agents(): Promise<readonly Agent[]> {
    return (await this.json<StatusReply>('status')).agents;
  }

  async agent(name: string): Promise<Agent> {
    const found = (await this.agents()).find((agent) => agent.name === name);
    if (!found) throw new Error(`no agent ${name}`);
    return found;
  }

  inspect(name: string): Promise<AgentDetails> {
    return this.json<AgentDetails>('inspect', name);
  }

  async events(): Promise<MuxwardEvent[]> {
    const lines = (await this.ok('--json', 'events')).trim().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as MuxwardEvent);
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

  /** Ends everything that runs in this home, by force. */
  async end(): Promise<void> {
    await this.run(['daemon', 'stop', '--agents']);
    try {
      execFileSync('tmux', ['-S', join(this.home, 'tmux.sock'), 'kill-server'], { stdio: 'ignore' });
    } catch {
      // There was none.
    }
    rmSync(resolve(this.home, '..'), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Looks until `look` gives something true, and gives that. */
export async function eventually<T>(look: () => T | Promise<T>, what: string, timeoutMs = 10_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      last = await look();
      if (last) return last as NonNullable<T>;
    } catch (error) {
      last = error;
    }
    await sleep(20);
  }
  throw new Error(`not within ${timeoutMs} ms: ${what} (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`);
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
