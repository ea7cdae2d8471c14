// The terminals of a user of muxward: a tmux server of their own, with the home's environment.
import { mkdirSync } from 'node:fs';
import type { MuxwardHome } from './muxward-home.ts';
import { PrivateTmux } from './tmux.ts';

export function userTmux(home: MuxwardHome): PrivateTmux {
  const folder = home.file('user');
  mkdirSync(folder);
  return new PrivateTmux(folder, { ...home.env, TERM: 'xterm-256color' });
}
