// The daemon is killed at each point between the wish for an agent, its session, and the record of both.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { eventually, isAlive, pidsWithArgument } from '../helpers/muxward-home.ts';
import { fault, kill, sessions } from './fault.ts';

fault(2, 'SIGKILL to the daemon at each point of a start', 'exactly one process and one session of what it had taken on, none of what it had not', async (home) => {
  await home.ok('daemon', 'start');
  for (let n = 0; n < 8; n += 1) {
    const pid = await home.daemonPid();
    const seconds = String(7_654_300 + n);
    const spawning = home.run(['spawn', `w${n}`, '--', 'sleep', seconds]);
    // Commands take some 50 ms to reach the daemon; the later rounds fall behind the start.
    await sleep(30 + n * 18);
    await kill(pid);
    const { status } = await spawning;
    const agents = await home.agents();
    const agent = agents.find(({ name }) => name === `w${n}`);
    if (status === 0) expect(agent?.name).toBe(`w${n}`);
    const running = (): number[] => pidsWithArgument(seconds).filter(isAlive);
    const runs = agent && (await home.agentThat(`w${n}`, 'runs', ({ state }) => state === 'ready', 40_000));
    const expected = runs ? [runs.pid] : [];
    await eventually(() => JSON.stringify(running()) === JSON.stringify(expected), `w${n} runs as often as it should`, 20_000);
    expect(runs?.restarts ?? 0).toBe(0);
  }
  expect(await sessions(home)).toEqual((await home.agents()).map(({ name }) => name).sort());
});
