/** tmux with nothing around it: the floor. One client reads a file of bare `new-session` commands. */
import fs from 'node:fs';
import path from 'node:path';
import type { Scratch } from '../scratch.ts';
import type { Command } from '../timed-command.ts';
import { endPeer } from './end-peer.ts';
import type { Peer } from './peer.ts';

export interface PlainTmux extends Peer {
  run(...args: string[]): Command;
  /**
   * What no supervisor of this design can be faster than: a Node that does nothing, and then sessions whose shell starts
   * the agent's program as a job of its own and stays.
   */
  startFloor(count: number): Command;
}

const LEAST_WRAPPER = `set -m
( exec "$@" )
read -r verdict
`;

export function createPlainTmux(scratch: Scratch): PlainTmux {
  const folder = path.join(scratch.folder, 'tmux');
  fs.mkdirSync(folder);
  const env = { ...scratch.env, TMPDIR: folder };
  const run = (...args: string[]): Command => ({
    argv: ['tmux', '-S', path.join(folder, 's'), '-f', '/dev/null', ...args],
    env,
  });
  const wrapper = path.join(scratch.folder, 'least-wrapper.sh');
  fs.writeFileSync(wrapper, LEAST_WRAPPER);
  const newSession = (id: string, ...before: string[]): string[] => ['new-session', '-d', '-s', id, ...before, scratch.child, scratch.fifo, id];
  const source = (sessions: readonly string[][]): Command => {
    const file = path.join(folder, 'sessions.conf');
    fs.writeFileSync(file, sessions.map((words) => `${words.join(' ')}\n`).join(''));
    return run('start-server', ';', 'source-file', file);
  };
  const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `t-${index + 1}`);
  return {
    subject: 'tmux',
    folder,
    run,
    ids,
    async warmUp() {},
    startMany: (count) => source(ids(count).map((id) => newSession(id))),
    startFloor: (count) => {
      const { argv } = source(ids(count).map((id) => newSession(id, '/bin/sh', wrapper)));
      return { argv: ['/bin/sh', '-c', '"$0" -e 0 && exec "$@"', process.execPath, ...argv], env };
    },
    startOne: (id) => run(...newSession(id)),
    removeOne: (id) => run('kill-session', '-t', `=${id}`),
    end: async () => await endPeer(scratch, folder, run('kill-server')),
  };
}
