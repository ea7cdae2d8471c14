// What happens in and to the panes of agents.
import { expect } from 'vitest';
import { eventually, isAlive } from '../helpers/muxward-home.ts';
import { fault, sessions } from './fault.ts';

fault(17, 'An agent has ended and its session is still there', 'told as ended with its status; start uses the session again', async (home) => {
  const { pane } = await home.spawn('a', '--restart', 'no', '--', 'sh', '-c', `[ -e ${home.file('again')} ] && exec sleep 1000; : >${home.file('again')}; exit 3`);
  const ended = await home.agentThat('a', 'failed', ({ state }) => state === 'failed', 20_000);
  expect([ended.exit?.code, ended.pid, await sessions(home)]).toEqual([3, null, ['a']]);
  await home.ok('start', 'a');
  expect(await home.agent('a')).toMatchObject({ state: 'ready', pane, generation: 2 });
  expect(await sessions(home)).toEqual(['a']);
});

fault(18, 'a-1 is ended while a-10 lives', 'only a-1: targets are exact', async (home) => {
  const ten = await home.spawn('a-10', '--', 'sleep', '1000');
  for (const args of [['stop', 'a-1'], ['rm', '--force', 'a-1'], ['restart', 'a-1'], ['send', 'a-1', 'x'], ['capture', 'a']]) {
    expect([args, (await home.run(args)).status]).toEqual([args, 3]);
  }
  await home.spawn('a-1', '--', 'sleep', '1000');
  await home.ok('rm', '--force', 'a-1');
  expect([await sessions(home), (await home.agent('a-10')).pid, isAlive(ten.pid ?? 0)]).toEqual([['a-10'], ten.pid, true]);
});

fault(19, 'Agents are named a.b, a:b, with spaces, umlauts, a leading dash, nothing', 'refused with status 2 and a name that would do', async (home) => {
  for (const name of ['a.b', 'a:b', 'a b', 'ä', '=a', '%1', '', 'x'.repeat(64), 'a\nb', '_a']) {
    const { status, stderr } = await home.run(['spawn', name, '--', 'sleep', '1000']);
    expect([name, status, stderr.includes('hint: ')]).toEqual([name, 2, true]);
  }
  expect((await home.run(['spawn', '-a', '--', 'sleep', '1000'])).status).toBe(2);
  expect(await home.agents()).toEqual([]);
});

fault(20, 'The user splits, zooms, renames and fills the agent’s session; its process calls itself 2.1.34', 'the agent stays as it was', async (home) => {
  const rename = "process.title = '2.1.34'; setInterval(() => undefined, 1 << 30)";
  const { pid, pane } = await home.spawn('a', '--', process.execPath, '-e', rename);
  for (const args of [
    ['split-window', '-t', '=a:0'],
    ['resize-pane', '-Z', '-t', pane ?? ''],
    ['new-window', '-t', '=a:'],
    ['swap-pane', '-U', '-t', pane ?? ''],
    ['rename-window', '-t', '=a:0', 'mine'],
    ['rename-session', '-t', '=a', 'theirs'],
  ]) await home.tmux(...args);
  await eventually(async () => (await sessions(home)).includes('a'), 'the session has its name back', 20_000);
  expect(await home.agent('a')).toMatchObject({ state: 'ready', pid, pane, restarts: 0 });
});

fault(21, 'The agent is killed; the shell that wraps it lives', 'seen as dead at once', async (home) => {
  const { pid } = await home.spawn('a', '--restart', 'no', '--', 'sleep', '1000');
  process.kill(pid ?? Number.NaN, 'SIGSEGV');
  const agent = await home.agentThat('a', 'failed', ({ state }) => state === 'failed', 20_000);
  expect(agent.exit).toMatchObject({ kind: 'signalled', signal: 'SIGSEGV' });
});

fault(21, 'An agent ends with status 0, again and again', 'finished each time: a clean end is no crash loop', async (home) => {
  await home.spawn('a', '--', 'true');
  for (let n = 0; n < 5; n += 1) {
    await home.agentThat('a', 'has finished', ({ state }) => state === 'terminated', 20_000);
    await home.ok('start', 'a');
  }
  expect(await home.agentThat('a', 'has finished', ({ state }) => state === 'terminated', 20_000)).toMatchObject({ restarts: 0, generation: 6 });
});
