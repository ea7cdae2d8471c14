// Faults that take their time, tried at once: in most of it they wait. Of the soak, the long one, with a bound on memory,
// is a benchmark: npm run bench -- --only soak.
import { readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { DaemonHealth } from '../../src/core/protocol.ts';
import { eventually, pidsWithVariable, type MuxwardHome } from '../helpers/muxward-home.ts';
import { daemonsOf, daemonWatchesFor, fault, sessions, tmuxPid } from './fault.ts';

const LONG_MS = 600_000;

/** Longer than a probe, a look and the time that a probe is given together, many times. */
const ASLEEP_MS = 60_000;

fault(10, 'SIGSTOP to everything for 60 s, then SIGCONT', 'no agent is ended for it, and there is one daemon', async (home) => {
  home.configure('watch: {liveness: 1s, sample: 1s}\n');
  await home.spawnFake('web', [], ['--http', '0']);
  const port = await eventually(() => Number(home.truth('web', 'http')[0]?.['port']), 'it listens', 20_000);
  await home.spawn('probed', '--health-url', `http://127.0.0.1:${port}/`, '--health-interval', '500ms', '--', 'sleep', '1000');
  await home.spawn('plain', '--', 'sleep', '1000');
  await home.agentThat('probed', 'is healthy', ({ health }) => health.status === 'healthy', 30_000);
  const known = async (): Promise<unknown> => (await home.agents()).map(({ name, pid, state, restarts }) => ({ name, pid, state, restarts }));
  const before = await known();
  const all = pidsWithVariable(`MUXWARD_HOME=${home.home}`);
  for (const pid of all) process.kill(pid, 'SIGSTOP');
  const meanwhile = home.run(['status', '--json']);
  const wakesAtMs = Date.now() + ASLEEP_MS;
  await eventually(() => Date.now() > wakesAtMs, 'it has slept', ASLEEP_MS + 5000);
  expect(daemonsOf(home)).toHaveLength(1);
  for (const pid of all) process.kill(pid, 'SIGCONT');
  expect((await meanwhile).status).toBe(0);
  await daemonWatchesFor(home, 3000);
  // Agents that stand still are shown as paused until they are seen to go on.
  await eventually(async () => JSON.stringify(await known()) === JSON.stringify(before), 'all are as before', 30_000);
  expect((await home.events()).filter(({ type }) => type === 'agent.ended')).toEqual([]);
  await home.agentThat('probed', 'is healthy again', ({ health }) => health.status === 'healthy', 30_000);
  expect(daemonsOf(home)).toHaveLength(1);
}, { isLong: true });

/** What the files of a log hold together; without the copy that is there while one is cut. */
function sizeOfLogs(home: MuxwardHome, name: string): number {
  const logs = path.join(home.home, 'logs');
  const files = readdirSync(logs).filter((file) => /\.log(\.\d+)?$/.test(file) && file.startsWith(`${name}.log`));
  return files.reduce((sum, file) => sum + (statSync(path.join(logs, file), { throwIfNoEntry: false })?.size ?? 0), 0);
}

fault(35, 'An agent prints 1 GB as fast as it can', 'its logs stay within their bound, others notice nothing, and who follows it does so beyond a rotation', async (home) => {
  home.configure('log: {max_size: 1MB, keep: 1}\nwatch: {liveness: 1s}\n');
  const other = await home.spawn('other', '--', 'cat');
  await home.spawnFake('flood', [], ['--flood', '1000000000']);
  const following = home.start(['logs', '-f', 'flood', '-n', '1']);
  const rotated = (): number => statSync(path.join(home.home, 'logs/flood.log.1'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const first = await eventually(rotated, 'its log was rotated', 60_000);
  await eventually(() => rotated() > first, 'it was rotated again', 60_000);
  const got = following.output().length;
  await eventually(() => following.output().length > got, 'it is still followed', 60_000);
  following.kill('SIGINT');
  await eventually(() => following.exitCode !== null, 'Ctrl-C ends it', 60_000);
  expect(following.exitCode).toBe(130);
  await home.ok('send', 'other', 'still here');
  await eventually(() => home.log('other').includes('still here'), 'others are heard', 60_000);
  let most = 0;
  await eventually(() => (most = Math.max(most, sizeOfLogs(home, 'flood'))) > 0 && home.truth('flood', 'flooded').length === 1, 'it has printed all', LONG_MS - 120_000);
  // Two files, of which each may grow to 32 MB before it is cut, and what came while one was.
  expect(most).toBeLessThan(90_000_000);
  await eventually(() => sizeOfLogs(home, 'flood') < 65_000_000, 'its logs are within their bound', 60_000);
  expect(await home.agent('other')).toMatchObject({ pid: other.pid, state: 'ready', restarts: 0 });
}, { timeoutMs: LONG_MS, isLong: true });

const AGENTS = 20;
const SOAK_MS = 20_000;

interface Held {
  readonly files: number;
  readonly pipes: number;
  readonly processes: number;
  readonly sessions: number;
  readonly ofTmux: number;
  readonly timers: number;
}

function descriptors(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      return '';
    }
  });
}

async function heldBy(home: MuxwardHome): Promise<Held> {
  const daemon = descriptors(await home.daemonPid());
  return {
    files: daemon.filter((file) => file.startsWith('/')).length,
    pipes: daemon.filter((file) => file.startsWith('pipe:')).length,
    processes: pidsWithVariable(`MUXWARD_HOME=${home.home}`).length,
    sessions: (await sessions(home)).length,
    ofTmux: descriptors(await tmuxPid(home)).length,
    timers: (await home.json<DaemonHealth>('daemon', 'status')).timers,
  };
}

fault('soak', 'Twenty agents crash at random for twenty seconds', 'no file, process, session or timer is left over', async (home) => {
  home.configure('restart: {base_delay: 50ms, max_delay: 200ms, stable_after: 100ms}\n');
  const crash = `while [ -e ${home.file('go')} ]; do sleep 0.$(($$ % 8 + 1)); [ $(($$ % 3)) = 0 ] && kill -9 $$; exit 1; done; exec sleep 1000`;
  await home.ok('spawn', 'w', '--count', String(AGENTS), '--max-restarts', '1000', '--', 'sh', '-c', crash);
  const allCalm = async (): Promise<boolean> => (await home.agents()).every(({ state }) => state === 'ready');
  let before = await heldBy(home);
  // What every start leaves behind for a moment is over.
  await eventually(async () => JSON.stringify(before) === JSON.stringify((before = await heldBy(home))), 'it holds what it did a moment ago', 30_000);
  home.script('go', ':');
  await home.ok('restart', '--all');
  const endsAtMs = Date.now() + SOAK_MS;
  await eventually(async () => Date.now() > endsAtMs && (await home.agents()).every(({ restarts }) => restarts > 3), 'all have crashed', 60_000);
  rmSync(home.file('go'));
  await eventually(allCalm, 'all run', 40_000);
  // What is on its way out needs a moment.
  await eventually(async () => JSON.stringify(await heldBy(home)) === JSON.stringify(before), `the same is held as before (${JSON.stringify(before)})`, 30_000);
  expect((await home.agents()).reduce((sum, { restarts }) => sum + restarts, 0)).toBeGreaterThan(3 * AGENTS);
}, { timeoutMs: LONG_MS, isLong: true });
