// templates/tmux.conf as somebody sees it who is attached: another tmux plays the terminal.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../helpers/muxward-home.ts';
import { PrivateTmux } from '../helpers/tmux.ts';

const CONFIG = path.resolve(import.meta.dirname, '../../templates/tmux.conf');
const SIZE = { columns: 140, rows: 24 };

let folder: string;
let inner: PrivateTmux;
let terminal: PrivateTmux;

beforeEach(() => {
  folder = mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 't'));
  for (const name of ['inner', 'outer']) mkdirSync(path.join(folder, name));
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C.UTF-8' };
  inner = new PrivateTmux(path.join(folder, 'inner'), env, CONFIG);
  terminal = new PrivateTmux(path.join(folder, 'outer'), env);
});

afterEach(() => {
  terminal.end();
  inner.end();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Agents with their states, and somebody at the first one's terminal. */
function attach(states: Readonly<Record<string, string>>): void {
  inner.start('_muxward', ['sleep', '1000'], SIZE);
  for (const [name, state] of Object.entries(states)) {
    inner.start(name, ['sleep', '1000'], SIZE);
    inner.run('set-option', '-t', `=${name}:`, '@muxward_state', state);
    inner.run('set-option', '-t', `=${name}:`, '@muxward_waits', state === 'waiting' ? '1' : '0');
  }
  terminal.start('me', ['env', '-u', 'TMUX', 'tmux', '-S', inner.socket, 'attach', '-t', `=${Object.keys(states)[0]}`], SIZE);
}

const statusLine = (): string => terminal.screen('me').split('\n').at(-1) ?? '';
const shows = (text: string): Promise<true> => eventually(() => statusLine().startsWith(` ${text}`) as true, `the status line "${text}"`);

test('loads without a complaint, and holds what the supervisor relies on', async () => {
  attach({ coder: 'executing' });
  await shows('coder ● executing');
  expect(statusLine()).toContain('C-b d leave');
  const value = (option: string): string => inner.run('show-options', '-gv', option);
  expect(['remain-on-exit', 'exit-empty', 'destroy-unattached', 'history-limit', 'automatic-rename', 'allow-rename', 'renumber-windows'].map(value))
    .toEqual(['on', 'off', 'off', '2000', 'off', 'off', 'off']);
  expect(value('update-environment')).toBe('');
  expect(['tmux-256color', 'screen-256color']).toContain(value('default-terminal'));
  expect(inner.run('show-messages')).not.toMatch(/tmux\.conf:\d+/);
});

test('Alt-n and Alt-p go around the agents and pass over the session that holds the server', async () => {
  attach({ alpha: 'executing', beta: 'ready', Zed: 'failed' });
  await shows('alpha ● executing');
  for (const [key, next] of [['M-n', 'beta ● ready'], ['M-n', 'Zed ✘ failed'], ['M-n', 'alpha ●'], ['M-p', 'Zed'], ['M-p', 'beta'], ['M-p', 'alpha']] as const) {
    terminal.keys('me', key);
    await shows(next);
  }
  expect(statusLine()).toContain('0 ');
});

test('Alt-w goes to the agents that wait, in turn, and says so when there is none', async () => {
  attach({ alpha: 'executing', beta: 'waiting', gamma: 'ready', omega: 'waiting' });
  await shows('alpha');
  for (const next of ['beta ◐ waits for you', 'omega ◐', 'beta ◐']) {
    terminal.keys('me', 'M-w');
    await shows(next);
  }
  for (const name of ['beta', 'omega']) inner.run('set-option', '-t', `=${name}:`, '@muxward_waits', '0');
  terminal.keys('me', 'M-w');
  await eventually(() => statusLine().includes('no agent waits for you'), 'the message');
  expect(inner.run('list-clients', '-F', '#{client_session}')).toBe('beta');
});

test('the chooser shows states and not the internal session; the keys to leave and to window 1 work', async () => {
  attach({ alpha: 'paused', beta: 'waiting' });
  await shows('alpha ‖ paused');
  terminal.keys('me', 'C-b', 'a');
  const screen = await eventually(() => /beta.*waits for you/.test(terminal.screen('me')) && terminal.screen('me'), 'the chooser');
  expect(screen).not.toContain('_muxward');
  terminal.keys('me', 'q');
  await eventually(() => inner.format('alpha', '#{pane_in_mode}') === '0', 'the chooser to have gone');
  terminal.keys('me', 'C-b', 'm');
  await eventually(() => statusLine().includes('not open yet'), 'the hint');
  inner.run('new-window', '-d', '-t', '=alpha:1', '-n', 'monitor', 'sleep', '1000');
  terminal.keys('me', 'C-b', 'm');
  await eventually(() => inner.format('alpha', '#{window_name}') === 'monitor', 'window 1');
  terminal.keys('me', 'C-b', 'Enter');
  await eventually(() => inner.run('list-clients') === '', 'nobody to be attached');
});

test('the user’s own file is read last', () => {
  mkdirSync(path.join(folder, '.config/muxward'), { recursive: true });
  writeFileSync(path.join(folder, '.config/muxward/tmux.conf'), 'set -g prefix C-a\n');
  inner.start('a', ['sleep', '1000'], SIZE);
  expect(inner.run('show-options', '-gv', 'prefix')).toBe('C-a');
});
