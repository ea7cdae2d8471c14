// The real script writes, the spool reads, a real store keeps what was taken.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { homePaths, runPaths } from '../../../../src/config/paths.ts';
import { systemClock, type Clock } from '../../../../src/core/clock.ts';
import type { HookRecord } from '../../../../src/agents/claude/hook-record.ts';
import { hookCommand } from '../../../../src/agents/claude/settings-file.ts';
import { HookSpool } from '../../../../src/daemon/claude/hook-spool.ts';
import { HookStream } from '../../../../src/daemon/claude/hook-stream.ts';
import { EventHub } from '../../../../src/daemon/event-hub.ts';
import { Registry } from '../../../../src/daemon/registry.ts';
import { openStore } from '../../../../src/store/open-store.ts';
import type { Store } from '../../../../src/store/store.ts';
import { until } from '../../system/real-processes.ts';
import { temporaryFolder } from '../../system/temp-folder.ts';
import { specOf } from '../spec-of.ts';

const SCRIPT = path.resolve('scripts/agent-hook.sh');
const folder = temporaryFolder('spool');
let count = 0;

/** A home with the agent `a`, as one daemon after another sees it. */
class Home {
  readonly paths = homePaths(`${folder}/${(count += 1)}`);
  readonly taken: HookRecord[] = [];
  readonly failures: unknown[] = [];
  /** Its timers end with the daemon. */
  readonly #clock: Clock = { ...systemClock, after: (delayMs, task) => systemClock.after(delayMs, () => void (this.#daemon && task())) };
  #daemon: { store: Store; spool: HookSpool } | null = null;

  constructor() {
    mkdirSync(this.spooled, { recursive: true });
  }

  get spooled(): string {
    return runPaths(this.paths, 'a').hooks;
  }

  /** `stores: false`: a daemon that is killed before the disk has anything. */
  start({ stores = true } = {}): void {
    const opened = openStore(this.paths.database);
    if (opened.outcome !== 'opened') throw new Error(`the store is ${opened.outcome}`);
    const registry = new Registry(opened.store, stores ? this.#clock : { ...this.#clock, after: () => () => undefined }, new EventHub(), () => undefined);
    registry.load();
    if (!registry.find('a')) registry.add(specOf('a'));
    const onError = (_: string, error: unknown): void => void this.failures.push(error);
    const stream = new HookStream(onError);
    stream.subscribe((_, hook) => void this.taken.push(hook));
    const spool = new HookSpool({ registry, paths: this.paths, stream, onError });
    spool.start();
    this.#daemon = { store: opened.store, spool };
  }

  /** As a SIGKILL leaves it: what was not stored is not stored. */
  kill(): void {
    this.#daemon?.spool.stop();
    this.#daemon?.store.close();
    this.#daemon = null;
  }

  get env(): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', MUXWARD_HOME: this.paths.home, MUXWARD_AGENT: 'a', MUXWARD_GENERATION: '7' };
  }

  hook(event: string, payload: object | string): { status: number | null; output: string } {
    const input = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const { status, stdout, stderr } = spawnSync('sh', [SCRIPT, event], { env: this.env, input, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }
}

const homes: Home[] = [];
const newHome = (): Home => {
  const home = new Home();
  homes.push(home);
  return home;
};
afterEach(() => {
  for (const home of homes.splice(0)) home.kill();
});

const empty = (home: Home): Promise<unknown> => until('the spool is empty', () => readdirSync(home.spooled).length === 0);

describe('the spool of hook calls', () => {
  it('hands over what the script wrote, and empties itself', async () => {
    const home = newHome();
    home.start();
    expect(home.hook('PreToolUse', { session_id: 's1', tool_name: 'Bash' })).toEqual({ status: 0, output: '' });
    await until('they are taken', () => home.taken.length === 1);
    expect(home.taken[0]).toMatchObject({ event: 'PreToolUse', sessionId: 's1', generation: 7, payload: { tool_name: 'Bash' } });
    await empty(home);
  });

  it('is written to by the command that Claude Code is given, from a folder of any name', async () => {
    const home = newHome();
    const installation = path.join(folder, "it's here");
    const call = (): number | null => spawnSync('/bin/sh', ['-c', hookCommand(installation, 'Stop')], { env: home.env, input: '{"session_id":"s1"}' }).status;
    expect(call()).toBe(0);
    expect(readdirSync(home.spooled)).toEqual([]);
    mkdirSync(installation);
    symlinkSync(path.dirname(SCRIPT), path.join(installation, 'scripts'));
    expect(call()).toBe(0);
    home.start();
    await until('it is taken', () => home.taken.length === 1);
    expect(home.taken[0]).toMatchObject({ event: 'Stop', sessionId: 's1', generation: 7 });
  });

  it('takes up what came while no daemon ran, in order and once', async () => {
    const home = newHome();
    for (const event of ['SessionStart', 'UserPromptSubmit', 'Stop']) home.hook(event, { session_id: 's1' });
    home.start();
    await empty(home);
    expect(home.taken.map(({ event }) => event)).toEqual(['SessionStart', 'UserPromptSubmit', 'Stop']);
  });

  it('takes none twice when the daemon is killed before it could remove them', async () => {
    const home = newHome();
    home.hook('Stop', { session_id: 's1' });
    const [file = ''] = readdirSync(home.spooled);
    home.start();
    await empty(home);
    home.kill();
    // As if it had been killed between storing and removing.
    writeFileSync(path.join(home.spooled, file), 'muxward-hook 1 7 Stop\n{"session_id":"s1"}\nend\n');
    home.hook('SessionEnd', { session_id: 's1' });
    home.start();
    await empty(home);
    expect(home.taken.map(({ event }) => event)).toEqual(['Stop', 'SessionEnd']);
  });

  it('loses none when the daemon is killed before it could store what followed', async () => {
    const home = newHome();
    home.hook('Stop', { session_id: 's1' });
    home.start({ stores: false });
    await until('it is taken', () => home.taken.length === 1);
    home.kill();
    home.start();
    await empty(home);
    expect(home.taken.map(({ event }) => event)).toEqual(['Stop', 'Stop']);
  });

  it('keeps sixteen calls of megabytes, made at once, apart and bounded', async () => {
    const home = newHome();
    home.start();
    const payload = (i: number): string => JSON.stringify({ session_id: `s${i}`, tool_name: `T${i}`, tool_response: String(i % 10).repeat(2_000_000) });
    const calls = Array.from({ length: 16 }, (_, i) => {
      const child = spawn('sh', [SCRIPT, 'PostToolUse'], { env: home.env, stdio: ['pipe', 'inherit', 'inherit'] });
      // The script need not read to the end, as no hook must.
      child.stdin.on('error', () => undefined).end(payload(i));
      return new Promise<number | null>((done) => child.once('close', done));
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set([0]));
    await until('they are taken', () => home.taken.length === 16);
    for (const { sessionId, payload: { tool_name: tool } } of home.taken) expect(tool).toBe(sessionId.replace('s', 'T'));
    expect(new Set(home.taken.map(({ sessionId }) => sessionId)).size).toBe(16);
    await empty(home);
  });

  it('passes over halves and rubbish', async () => {
    const home = newHome();
    writeFileSync(path.join(home.spooled, '1-1'), 'muxward-hook 1 7 Stop\n{"session_id":"s1"');
    writeFileSync(path.join(home.spooled, '1-2'), 'rubbish\nend\n');
    home.start();
    home.hook('Stop', 'no json at all');
    home.hook('Stop', { session_id: 's2' });
    await until('they are taken', () => home.taken.length === 1);
    expect(home.taken[0]?.sessionId).toBe('s2');
    await until('they are taken', () => readdirSync(home.spooled).length === 1);
    expect(readdirSync(home.spooled)).toEqual(['1-1']);
    expect(home.failures).toEqual([]);
  });

  it('is written to by a script that never fails, whatever is missing', () => {
    const home = newHome();
    const run = (env: Record<string, string>): number | null =>
      spawnSync('sh', [SCRIPT, 'Stop'], { env: { PATH: process.env['PATH'] ?? '', ...env }, input: '{}', encoding: 'utf8' }).status;
    expect(run({})).toBe(0);
    expect(run({ MUXWARD_HOME: '/nowhere', MUXWARD_AGENT: 'a' })).toBe(0);
    expect(run({ MUXWARD_HOME: home.paths.home, MUXWARD_AGENT: 'unknown' })).toBe(0);
  });
});
