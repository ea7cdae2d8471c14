// Everything stands still for a while, as when a laptop sleeps.
import { expect } from 'vitest';
import { eventually, pidsWithVariable } from '../helpers/muxward-home.ts';
import { daemonsOf, daemonWatchesFor, fault } from './fault.ts';

/** Longer than a probe, a look and the time that a probe is given together. */
const ASLEEP_MS = 7000;

fault(10, 'SIGSTOP to everything for longer than probes are given, then SIGCONT', 'no agent is ended for it, and there is one daemon', async (home) => {
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
});
