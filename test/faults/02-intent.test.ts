// The daemon is killed at each point between the wish for an agent, its session, and the record of both.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually, isAlive, pidsWithArgument, type MuxwardHome } from '../helpers/muxward-home.ts';
import { fault, kill, sessions } from './fault.ts';

const inRun = (home: MuxwardHome, name: string, file: string): string => path.join(home.home, 'run', name, file);

/** Points of a start, as they can be seen from outside; the daemon is killed as soon as one is. */
const POINTS: readonly (readonly [what: string, isReached: (home: MuxwardHome, name: string, seconds: string) => boolean])[] = [
  ['before anything is written', () => true],
  ['its specification is written', (home, name) => existsSync(inRun(home, name, 'spec.json'))],
  ['its arguments are written', (home, name) => existsSync(inRun(home, name, 'args'))],
  ['its journal is there', (home, name) => existsSync(inRun(home, name, 'journal'))],
  ['its process runs', (_, __, seconds) => pidsWithArgument(seconds).length > 0],
  ['its start was reported', (home, name) => existsSync(inRun(home, name, 'journal')) && readFileSync(inRun(home, name, 'journal'), 'utf8').includes('started')],
];

fault(2, 'SIGKILL to the daemon at each point of a start', 'exactly one process and one session of what it had taken on, none of what it had not', async (home) => {
  await home.ok('daemon', 'start');
  for (const [n, [what, isReached]] of POINTS.entries()) {
    const [name, seconds] = [`w${n}`, String(7_654_300 + n)];
    const pid = await home.daemonPid();
    const spawning = home.run(['spawn', name, '--', 'sleep', seconds]);
    await reached(() => isReached(home, name, seconds), what);
    await kill(pid);
    const { status } = await spawning;
    const agent = (await home.agents()).find((one) => one.name === name);
    if (status === 0) expect(agent?.name).toBe(name);
    const running = (): number[] => pidsWithArgument(seconds).filter(isAlive);
    const runs = agent && (await home.agentThat(name, 'runs', ({ state }) => state === 'ready', 40_000));
    const expected = runs ? [runs.pid] : [];
    await eventually(() => JSON.stringify(running()) === JSON.stringify(expected), `${name} runs as often as it should (killed when ${what})`, 20_000);
    expect(runs?.restarts ?? 0).toBe(0);
  }
  expect(await sessions(home)).toEqual((await home.agents()).map(({ name }) => name).sort());
});

/** Looks without a pause between: the points are less than a millisecond apart. */
async function reached(isThere: () => boolean, what: string): Promise<void> {
  const deadlineMs = Date.now() + 20_000;
  while (!isThere()) {
    if (Date.now() > deadlineMs) throw new Error(`not within 20 s: ${what}`);
    await new Promise(setImmediate);
  }
}
