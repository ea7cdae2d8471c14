// `attach` from a terminal: a second, private tmux server plays the user's.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, isAlive, MUXWARD, MuxwardHome } from '../helpers/muxward-home.ts';
import type { PrivateTmux } from '../helpers/tmux.ts';
import { userTmux } from '../helpers/user-tmux.ts';

let home: MuxwardHome;
let user: PrivateTmux;

beforeAll(() => {
  home = new MuxwardHome();
  user = userTmux(home);
});

afterAll(async () => {
  user.end();
  await home.end();
});

/** The user's terminal `window` runs `muxward attach …` as from a plain terminal. */
const attachIn = (window: string, ...args: string[]): unknown =>
  user.start(window, ['env', '-u', 'TMUX', '-u', 'TMUX_PANE', MUXWARD, 'attach', ...args]);

async function clients(agent: string): Promise<string[]> {
  return (await home.tmux('list-clients', '-F', '#{session_name} #{client_readonly}'))
    .trim()
    .split('\n')
    .filter((line) => line.startsWith(`${agent} `));
}

const attached = (agent: string, count = 1): Promise<unknown> =>
  eventually(
    async () => (await clients(agent)).length === count,
    `${count} terminals are attached to ${agent}`,
  );

async function detach(window: string): Promise<void> {
  user.keys(window, 'C-b', 'd');
  await eventually(() => user.isPaneDead(window), 'attach has returned');
}

const sideWindow = async (agent: string): Promise<string> =>
  (
    await home.tmux(
      'list-panes',
      '-s',
      '-t',
      `=${agent}`,
      '-F',
      '#{window_index} #{window_name} #{pane_dead} #{pane_pid}',
    )
  )
    .split('\n')
    .find((line) => line.startsWith('1 ')) ?? '';

describe('from a terminal', () => {
  test('shows the agent, types to it, and leaves it alone when detached', async () => {
    const { pid } = await home.spawn('talker', '--', 'sh', '-c', 'echo welcome; exec cat');
    attachIn('one', 'talker');
    await eventually(() => user.screen('one').includes('welcome'), 'its screen is seen');
    user.keys('one', '-l', 'typed by hand');
    user.keys('one', 'Enter');
    await eventually(
      () => (home.log('talker').match(/typed by hand/g)?.length ?? 0) >= 2,
      'the agent answered',
    );
    await detach('one');
    expect(user.format('one', '#{pane_dead_status}')).toBe('0');
    expect(await home.agent('talker')).toMatchObject({ state: 'ready', pid, restarts: 0 });
    expect(isAlive(pid ?? 0)).toBe(true);
  });

  test('two terminals at once see the same', async () => {
    const { pid } = await home.spawn('shared', '--', 'cat');
    attachIn('left', 'shared');
    attachIn('right', 'shared');
    await attached('shared', 2);
    user.keys('left', '-l', 'from the left');
    await eventually(() => user.screen('right').includes('from the left'), 'the right one sees it');
    await detach('left');
    await attached('shared', 1);
    await detach('right');
    expect((await home.agent('shared')).pid).toBe(pid);
  });

  test('a terminal that is closed is no harm', async () => {
    const { pid } = await home.spawn('lonely', '--', 'cat');
    attachIn('closed', 'lonely');
    await attached('lonely');
    user.run('kill-session', '-t', '=closed');
    await attached('lonely', 0);
    expect(await home.agent('lonely')).toMatchObject({ state: 'ready', pid });
  });

  test('--read-only: what is typed comes to nothing, detaching works', async () => {
    await home.spawn('museum', '--', 'cat');
    attachIn('visitor', 'museum', '--read-only');
    await attached('museum');
    expect(await clients('museum')).toEqual(['museum 1']);
    user.keys('visitor', '-l', 'graffiti');
    await home.ok('send', 'museum', 'by the book');
    await eventually(() => user.screen('visitor').includes('by the book'), 'the visitor sees what happens');
    expect(home.log('museum')).not.toContain('graffiti');
    await detach('visitor');
  });

  test('spawn --attach', async () => {
    user.start('spawner', ['env', '-u', 'TMUX', MUXWARD, 'spawn', 'fresh', '--attach', '--', 'cat']);
    await attached('fresh');
    await detach('spawner');
    expect((await home.agent('fresh')).state).toBe('ready');
  });
});

describe('inside tmux', () => {
  test('another one: nested, with a word on how to leave', async () => {
    await home.spawn('inner', '--', 'sh', '-c', 'echo from within; exec cat');
    user.start('outer', [
      'sh',
      '-c',
      `cd ${home.work}; ${MUXWARD} attach inner 2>note; echo status $?; exec sleep 1000`,
    ]);
    await eventually(() => user.screen('outer').includes('from within'), 'its screen is seen');
    user.keys('outer', 'C-b', 'd');
    await eventually(() => user.screen('outer').includes('status 0'), 'attach has returned');
    expect(readFileSync(home.file('note'), 'utf8')).toMatch(/tmux inside tmux.*C-b C-b d/);
  });

  test('muxward’s own: the client is switched, not nested', async () => {
    await home.spawn('here', '--type', 'shell');
    const there = await home.spawn('there', '--', 'cat');
    attachIn('switcher', 'here');
    await attached('here');
    await home.ok('send', 'here', `${MUXWARD} --home ${home.home} attach there`);
    await attached('there');
    expect(await clients('here')).toEqual([]);
    await detach('switcher');
    expect((await home.agent('there')).pid).toBe(there.pid);
  });
});

describe('window 1', () => {
  test.each([
    ['queue', 'worker', ['--', 'cat'], /tasks/],
    ['monitor', 'shell', ['--type', 'shell'], /PID|CPU/],
  ])('%s of a %s runs only while somebody looks', async (window, type, spec, shows) => {
    const name = `with-${window}`;
    await home.spawn(name, ...spec);
    expect(await sideWindow(name)).toBe('');
    attachIn(`plain-${type}`, name);
    await attached(name);
    expect(await sideWindow(name)).toMatch(new RegExp(`^1 ${window} 1 `));
    user.keys(`plain-${type}`, 'C-b', '1');
    await eventually(() => shows.test(user.screen(`plain-${type}`)), 'it shows something');
    expect(await sideWindow(name)).toMatch(new RegExp(`^1 ${window} 0 `));
    await detach(`plain-${type}`);
    await eventually(
      async () => (await sideWindow(name)).startsWith(`1 ${window} 1`),
      'nothing runs in it any more',
    );
    attachIn(`side-${type}`, name, '--window', window);
    await eventually(() => shows.test(user.screen(`side-${type}`)), 'it shows something again');
    await detach(`side-${type}`);
    await eventually(
      async () => (await sideWindow(name)).startsWith(`1 ${window} 1`),
      'nothing runs in it any more',
    );
    expect(await home.agent(name)).toMatchObject({ state: 'ready', restarts: 0 });
  });

  test('the other one comes behind it when somebody asks for it, and rests too', async () => {
    const both = async (): Promise<string> => (await home.tmux('list-panes', '-s', '-t', '=bare', '-F', '#{window_index} #{window_name} #{pane_dead}')).replaceAll('\n', ' ');
    await home.spawn('bare', '--', 'cat');
    attachIn('other', 'bare', '--window', 'monitor');
    await eventually(() => /PID|CPU/.test(user.screen('other')), 'it shows what bare uses');
    expect(await both()).toMatch(/^0 \S+ 0 1 queue 1 2 monitor 0 $/);
    await detach('other');
    await eventually(async () => (await both()).endsWith('1 queue 1 2 monitor 1 '), 'nothing runs in them any more');
  });
});

test('rm asks at a terminal, and Ctrl-D means no', async () => {
  await home.spawn('kept', '--', 'cat');
  user.start('asked', ['env', '-u', 'TMUX', MUXWARD, 'rm', 'kept']);
  await eventually(() => user.screen('asked').includes('kept runs. End and forget it? [y/N]'), 'it asks');
  user.keys('asked', 'C-d');
  await eventually(() => user.isPaneDead('asked'), 'it has ended');
  expect([user.format('asked', '#{pane_dead_status}'), (await home.agent('kept')).state]).toEqual(['6', 'ready']);
});

test('without a terminal it is refused, and says what to do instead', async () => {
  await home.spawn('blind', '--', 'cat');
  expect(await home.run(['attach', 'blind'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('muxward capture blind'),
  });
});
