/** tmux with nothing around it: the floor. One client reads a file of bare `new-session` commands. */
import fs from 'node:fs';
import path from 'node:path';
import type { Scratch } from '../scratch.ts';
import type { Command } from '../timed-command.ts';
import { endPeer } from './end-peer.ts';
import type { Peer } from './peer.ts';

export interface PlainTmux extends Peer {
  run(...args: string[]): Command;
}

export function createPlainTmux(scratch: Scratch): PlainTmux {
  const folder = path.join(scratch.folder, 'tmux');
  fs.mkdirSync(folder);
  const env = { ...scratch.env, TMPDIR: folder };
  const run = (...args: string[]): Command => ({
    argv: ['tmux', '-S', path.join(folder, 's'), '-f', '/dev/null', ...args],
    env,
  });
  const newSession = (id: string): string[] => [
    'new-session',
    '-d',
    '-s',
    id,
    scratch.child,
    scratch.fifo,
    id,
  ];
  const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `t-${index + 1}`);
  return {
    subject: 'tmux',
    folder,
    run,
    ids,
    async warmUp() {},
    startMany(count) {
      const file = path.join(folder, 'sessions.conf');
      fs.writeFileSync(
        file,
        ids(count)
          .map((id) => `${newSession(id).join(' ')}\n`)
          .join(''),
      );
      return run('start-server', ';', 'source-file', file);
    },
    startOne: (id) => run(...newSession(id)),
    removeOne: (id) => run('kill-session', '-t', `=${id}`),
    end: async () => await endPeer(scratch, folder, run('kill-server')),
  };
}
