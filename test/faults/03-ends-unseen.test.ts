// An agent ends while no daemon runs.
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually, isAlive, type MuxwardHome } from '../helpers/muxward-home.ts';
import { fault, kill, killDaemon } from './fault.ts';

const judgedTimes = async (home: MuxwardHome, name: string): Promise<number> =>
  (await home.events('--agent', name)).filter(({ type }) => type === 'agent.judged').length;

fault(3, 'An agent ends while no daemon runs', 'its exit status is known from the wrapper, and judged once', async (home) => {
  const script = `while [ ! -e ${home.file('go')} ]; do sleep 0.05; done; exit 7`;
  const { pid } = await home.spawn('a', '--restart', 'no', '--', 'sh', '-c', script);
  await killDaemon(home);
  writeFileSync(home.file('go'), '');
  await eventually(() => !isAlive(pid ?? 0), 'it has ended', 20_000);
  for (let n = 0; n < 3; n += 1) {
    const agent = await home.agentThat('a', 'was judged', ({ state }) => state === 'failed', 20_000);
    expect(agent.exit).toMatchObject({ kind: 'exited', code: 7 });
    await killDaemon(home);
  }
  expect(await judgedTimes(home, 'a')).toBe(1);
});

fault(3, 'An agent and its wrapper are killed while no daemon runs', 'the exit is told as unobserved, and the policy applied once', async (home) => {
  const { pid } = await home.spawn('a', '--', 'sleep', '1000');
  const { wrapperPid } = await home.inspect('a');
  await killDaemon(home);
  await kill(wrapperPid);
  await kill(pid);
  const again = await home.agentThat('a', 'came back', (agent) => agent.state === 'ready' && agent.pid !== pid, 30_000);
  expect([again.restarts, again.generation, await judgedTimes(home, 'a')]).toEqual([1, 2, 1]);
  const ends = (await home.events('--agent', 'a')).flatMap((event) => (event.type === 'agent.ended' ? [event.data.end] : []));
  expect(ends.map(({ kind, code, signal }) => [kind, code, signal])).toEqual([['lost', null, null]]);
});
