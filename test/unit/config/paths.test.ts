// Where the home is, as the command line and the client find it.
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { defaultHome } from '../../../src/config/paths.ts';

const OF_USER = path.join(os.userInfo().homedir, '.local/state/muxward');

test.each([
  [{ MUXWARD_HOME: '/m', XDG_STATE_HOME: '/x', HOME: '/h' }, '/m'],
  [{ MUXWARD_HOME: 'm' }, path.resolve('m')],
  [{ MUXWARD_HOME: '', XDG_STATE_HOME: '/x', HOME: '/h' }, '/x/muxward'],
  [{ XDG_STATE_HOME: 'relative', HOME: '/h' }, '/h/.local/state/muxward'],
  [{ HOME: '/h' }, '/h/.local/state/muxward'],
  [{ HOME: '' }, OF_USER],
  [{}, OF_USER],
])('%j', (env, home) => {
  expect(defaultHome(env)).toBe(home);
});
