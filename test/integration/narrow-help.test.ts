// Help in a narrow terminal: every word whole, in the order in which a pipe has them. (A command to copy is not broken.)
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, MUXWARD, MuxwardHome } from '../helpers/muxward-home.ts';
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

const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

test.for(['wait', 'alerts', 'health'])('%s --help', async (name) => {
  const piped = await home.ok(name, '--help');
  user.start(name, [MUXWARD, name, '--help'], { columns: 56, rows: 400 });
  await eventually(() => user.isPaneDead(name), 'help was printed');
  // tmux moves the top away to say below that the pane is dead.
  const shown = user.run('capture-pane', '-p', '-S', '-', '-t', `=${name}:`).replace(/\nPane is dead .*/, '');
  expect(wordsOf(shown)).toEqual(wordsOf(piped));
});
