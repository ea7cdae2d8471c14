// Typing, keys, interrupt and capture; sessions and servers that are ended from outside.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScreenReply } from '../../src/core/protocol.ts';
import { eventually, isAlive, MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
  home.configure('watch: {liveness: 1s, sample: 1s}\n');
});

afterAll(() => home.end());

const linesOf = (name: string): unknown[] => home.truth(name, 'line').map(({ text }) => text);

async function editor(name: string, ...told: string[]): Promise<void> {
  await home.spawnFake(name, [], ['--prompt', '> ', ...told]);
  await eventually(() => home.log(name).includes('> '), 'it asks');
}

describe('send', () => {
  test('types exactly what is said, and submits it once', async () => {
    await editor('taker');
    const texts = [
      'plain',
      'C-c Enter Escape',
      '-n --json',
      'it\'s "q" $HOME `id` \\ #{x} ;',
      'ä→𝄞',
      'ends with;',
      ' spaces  kept ',
    ];
    for (const [i, text] of texts.entries()) {
      await home.ok('send', 'taker', '--', text);
      await eventually(() => linesOf('taker').length > i, `"${text}" was submitted`);
    }
    expect(linesOf('taker')).toEqual(texts);
  });

  test('several lines are one text, from standard input too', async () => {
    await editor('multi');
    const text = 'first line\n  second; line\n\nfourth';
    await home.run(['send', 'multi', '-'], { input: `${text}\n` });
    await eventually(() => linesOf('multi').length === 1, 'it was submitted');
    expect(linesOf('multi')).toEqual([text]);
    expect((await home.events('--agent', 'multi')).filter(({ type }) => type === 'agent.typed')).toHaveLength(
      1,
    );
  });

  test('25 kB arrive whole', async () => {
    await editor('big');
    const text = Array.from({ length: 1000 }, (_, i) => `line ${i} of a long text;`).join('\n');
    await home.run(['send', 'big', '-'], { input: text });
    await eventually(() => linesOf('big').length === 1, 'it was submitted');
    expect(linesOf('big')[0] === text).toBe(true);
  });

  test('--no-submit leaves it in the line', async () => {
    await editor('typist');
    await home.ok('send', 'typist', '--no-submit', 'half');
    await home.ok('send', 'typist', 'whole');
    await eventually(() => linesOf('typist').length === 1, 'it was submitted');
    expect(linesOf('typist')).toEqual(['halfwhole']);
  });

  test('reaches the program while somebody scrolls', async () => {
    await editor('scrolled');
    await home.tmux('copy-mode', '-t', '=scrolled:0.0');
    await home.ok('send', 'scrolled', 'through');
    await eventually(() => linesOf('scrolled').length === 1, 'it was submitted');
    expect(linesOf('scrolled')).toEqual(['through']);
  });

  test('control characters and ended agents are refused', async () => {
    expect(await home.run(['send', 'taker', 'a\u001b[2Jb'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('control characters'),
    });
    await home.spawn('ended', '--', 'true');
    await home.agentThat('ended', 'has ended', ({ state }) => state === 'terminated');
    expect(await home.run(['send', 'ended', 'hello'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('does not run'),
    });
  });
});

describe('keys, interrupt and capture', () => {
  test('keys by name', async () => {
    await editor('keyed');
    await home.ok('keys', 'keyed', 'a', 'b', 'BSpace', 'c', 'Enter');
    await eventually(() => linesOf('keyed').length === 1, 'it was submitted');
    expect(linesOf('keyed')).toEqual(['ac']);
    await home.ok('keys', 'keyed', 'C-c');
    await eventually(
      () => home.truth('keyed', 'signal').some(({ signal }) => signal === 'SIGINT'),
      'Ctrl-C arrived',
    );
  });

  test('interrupt is SIGINT to the program; the agent lives on if it does', async () => {
    const { pid } = await home.spawn(
      'busy',
      '--',
      'sh',
      '-c',
      'trap "echo interrupted" INT; while :; do sleep 0.1; done',
    );
    await eventually(
      () => readFileSync(`/proc/${pid}/status`, 'utf8').match(/^SigCgt:\s*[0-9a-f]*[2367abef]$/m),
      'it listens',
    );
    await home.ok('interrupt', 'busy');
    await eventually(() => home.log('busy').includes('interrupted'), 'it was interrupted');
    expect(await home.agent('busy')).toMatchObject({ state: 'ready', pid, restarts: 0 });
  });

  test('capture shows the screen, as text and with size and cursor', async () => {
    await home.spawn(
      'drawn',
      '--',
      'sh',
      '-c',
      'printf "\\033[2J\\033[3;5H\\033[31mred\\033[0m"; exec sleep 1000',
    );
    const reply = await eventually(async () => {
      const screen = await home.json<ScreenReply>('capture', 'drawn');
      return screen.text.includes('red') && screen;
    }, 'it has drawn');
    expect(reply).toEqual({
      name: 'drawn',
      text: expect.stringMatching(/^\n\n {4}red\n/),
      columns: 200,
      rows: 50,
      cursor: { column: 7, row: 2 },
    });
    expect(await home.ok('capture', 'drawn')).toMatch(/^\n\n {4}red\n$/);
  });
});

describe('ended from outside', () => {
  test('kill-session: brought back as the policy says, in a session of the same name', async () => {
    const kept = await home.spawn('kept', '--', 'sleep', '1000');
    await home.spawn('left', '--restart', 'no', '--', 'sleep', '1000');
    const leftPid = (await home.agent('left')).pid;
    await home.tmux('kill-session', '-t', '=kept');
    await home.tmux('kill-session', '-t', '=left');
    const back = await home.agentThat(
      'kept',
      'came back',
      ({ state, pid }) => state === 'ready' && pid !== kept.pid,
    );
    expect([back.restarts, isAlive(kept.pid ?? 0)]).toEqual([1, false]);
    await home.tmux('has-session', '-t', '=kept');
    expect(await home.agentThat('left', 'failed', ({ state }) => state === 'failed')).toMatchObject({
      pid: null,
      session: null,
    });
    expect(isAlive(leftPid ?? 0)).toBe(false);
  });

  test('kill-server: everything comes back, each once', async () => {
    const other = new MuxwardHome();
    try {
      await other.ok('spawn', 'w', '--count', '4', '--', 'sleep', '1000');
      const before = await other.agents();
      await other.tmux('kill-server');
      const old = new Set(before.map(({ pid }) => pid));
      const isBack = async (): Promise<boolean> =>
        (await other.agents()).every(({ state, pid }) => state === 'ready' && !old.has(pid));
      await eventually(isBack, 'all are back', 15_000);
      const after = await other.agents();
      expect(after.map(({ restarts, generation }) => [restarts, generation])).toEqual(
        after.map(() => [1, 2]),
      );
      expect(before.filter(({ pid }) => isAlive(pid ?? 0))).toEqual([]);
      const sessions = (await other.tmux('list-sessions', '-F', '#{session_name}'))
        .split('\n')
        .filter((name) => name.startsWith('w-'));
      expect(sessions.sort()).toEqual(['w-1', 'w-2', 'w-3', 'w-4']);
      await eventually(
        async () => (await other.events()).some(({ type }) => type === 'tmux.lost'),
        'it is told',
      );
    } finally {
      await other.end();
    }
  });

  test('its wrapper: the agent gets a new terminal and is brought back', async () => {
    const { pid } = await home.spawn('orphaned', '--', 'sh', '-c', 'trap "" HUP; sleep 1000');
    const { wrapperPid } = await home.inspect('orphaned');
    process.kill(wrapperPid ?? Number.NaN, 'SIGKILL');
    const back = await home.agentThat(
      'orphaned',
      'came back',
      (agent) => agent.state === 'ready' && agent.pid !== pid,
      15_000,
    );
    expect([isAlive(pid ?? 0), back.session]).toEqual([false, 'orphaned']);
  });

  test('what a user does to the session does the agent no harm', async () => {
    const { pid, pane } = await home.spawn('played', '--', 'cat');
    for (const args of [
      ['split-window', '-t', '=played:0'],
      ['new-window', '-t', '=played:'],
      ['resize-pane', '-Z', '-t', pane ?? ''],
      ['rename-window', '-t', '=played:0', 'mine'],
      ['swap-pane', '-U', '-t', pane ?? ''],
    ])
      await home.tmux(...args);
    await home.ok('send', 'played', 'still here');
    await eventually(() => home.log('played').includes('still here'), 'it was typed into the right pane');
    expect(await home.agent('played')).toMatchObject({ state: 'ready', pid, pane, restarts: 0 });
    await home.ok('restart', 'played');
    expect(await home.agent('played')).toMatchObject({ state: 'ready', pane, restarts: 0 });
  });

  test('a renamed session gets its name back, and the agent is left in peace', async () => {
    const { pid } = await home.spawn('renamed', '--', 'cat');
    await home.tmux('rename-session', '-t', '=renamed', 'other');
    const names = async (): Promise<string[]> =>
      (await home.tmux('list-sessions', '-F', '#{session_name}')).split('\n');
    await eventually(async () => (await names()).includes('renamed'), 'the name is back');
    expect(await names()).not.toContain('other');
    await home.ok('send', 'renamed', 'still the same');
    await eventually(() => home.log('renamed').includes('still the same'), 'it was typed');
    expect(await home.agent('renamed')).toMatchObject({ state: 'ready', pid, restarts: 0 });
  });
});
