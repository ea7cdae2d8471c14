// Agents that will not go, commands that cross, and crash loops.
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually, isAlive, pidsWithArgument } from '../helpers/muxward-home.ts';
import { fault, processesOf } from './fault.ts';

fault(28, 'stop meets an agent that ignores SIGTERM, with a child by setsid and one by double fork', 'it returns when all of them are gone', async (home) => {
  await home.spawnFake('a', [], ['--ignore', 'TERM,HUP', '--setsid', '--orphan']);
  const children = (): number[] => home.truth('a', 'child').map(({ child }) => Number(child));
  await eventually(() => children().length === 2 && children().every(isAlive), 'both run', 20_000);
  const { pid } = await home.agent('a');
  await home.ok('stop', 'a', '--grace', '500ms');
  expect([isAlive(pid ?? 0), children().filter(isAlive), processesOf(home, 'a')]).toEqual([false, [], []]);
});

fault(29, 'start, stop and restart cross one another twenty times', 'the last command wins, with one process or none', async (home) => {
  await home.spawn('a', '--', 'sh', '-c', 'trap "sleep 0.1; exit 0" TERM; while :; do sleep 0.05; done', 'sh', '7654321');
  const commands = ['stop', 'start', 'restart'] as const;
  const crossing = Array.from({ length: 20 }, (_, n) => home.run([commands[(n * 7) % 3] ?? 'stop', 'a']));
  await Promise.all(crossing);
  const instances = (): number[] => pidsWithArgument('7654321').filter(isAlive);
  await home.ok('restart', 'a');
  const agent = await home.agentThat('a', 'runs', ({ state }) => state === 'ready', 30_000);
  expect([instances(), agent.restarts]).toEqual([[agent.pid], 0]);
  await home.ok('stop', 'a');
  expect([instances(), (await home.agent('a')).state]).toEqual([[], 'terminated']);
});

fault(30, 'An agent crashes at once, another just past the time that counts as stable, each time', 'both reach the verdict on crash loops; back-off grows up to its cap, and begins anew after a stable run', async (home) => {
  home.configure('restart: {base_delay: 100ms, max_delay: 150ms, stable_after: 300ms}\n');
  await home.spawn('at-once', '--max-restarts', '5', '--', 'false');
  // Just past the time after which a run counts as stable.
  await home.spawn('later', '--max-restarts', '5', '--', 'sh', '-c', 'sleep 0.4; exit 1');
  for (const name of ['at-once', 'later']) {
    const agent = await home.agentThat(name, 'failed', ({ state }) => state === 'failed', 30_000);
    expect([agent.restarts, agent.generation, agent.reason]).toEqual([5, 6, expect.stringMatching(/^exit 1, 6 times in \d+ s$/)]);
  }
  const delaysOf = async (name: string): Promise<number[]> =>
    (await home.events('--agent', name)).flatMap((event) => (event.type === 'agent.judged' && event.data.action === 'restart' ? [Number(/in (\d+) ms/.exec(event.data.reason)?.[1] ?? 0)] : []));
  const [first, second, ...capped] = await delaysOf('at-once');
  expect(first).toBe(0);
  expect([second, capped.length]).toEqual([expect.toSatisfy((ms: number) => ms >= 80 && ms <= 120), 3]);
  expect(capped.every((ms) => ms >= 120 && ms <= 180)).toBe(true);
  // A stable run ends a row: each of its restarts is at once.
  expect(await delaysOf('later')).toEqual([0, 0, 0, 0, 0]);
});

fault(30, 'stop meets an agent that waits for its restart', 'the restart is called off', async (home) => {
  home.configure('restart: {base_delay: 60s}\n');
  const runs = home.file('runs');
  await home.spawn('a', '--max-restarts', '9', '--', 'sh', '-c', `echo >>${runs}; exit 1`);
  const count = (): number => (existsSync(runs) ? readFileSync(runs, 'utf8').length : 0);
  await eventually(async () => count() === 2 && (await home.agent('a')).reason.includes('restarts in'), 'it waits', 30_000);
  await home.ok('stop', 'a');
  expect(await home.agent('a')).toMatchObject({ state: 'terminated', pid: null });
  await home.ok('daemon', 'stop');
  expect([(await home.agent('a')).state, count()]).toEqual(['terminated', 2]);
});
