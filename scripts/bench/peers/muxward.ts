/** muxward itself, as users run it: through bin/muxward. */
import fs from 'node:fs';
import path from 'node:path';
import type { Scratch } from '../scratch.ts';
import { runOrThrow, type Command } from '../timed-command.ts';
import { endPeer } from './end-peer.ts';
import type { Peer } from './peer.ts';

export interface Muxward extends Peer {
  /** What nothing that runs on Node can be faster than: the same Node, doing nothing. */
  readonly bareNode: Command;
  run(...args: string[]): Command;
}

export function createMuxward(scratch: Scratch, launcher: string): Muxward {
  const folder = path.join(scratch.folder, 'mw');
  fs.mkdirSync(folder);
  const node = process.execPath;
  const env = { ...scratch.env, TMPDIR: folder, MUXWARD_HOME: folder, MUXWARD_NODE: node };
  const run = (...args: string[]): Command => ({ argv: [launcher, ...args], env });
  const program = ['--', scratch.child, scratch.fifo];
  return {
    subject: 'muxward',
    folder,
    bareNode: { argv: [node, '-e', '0'], env },
    run,
    ids: (count) => Array.from({ length: count }, (_, index) => `m-${index + 1}`),
    async warmUp() {
      await runOrThrow(scratch, run('status', '--json'));
    },
    startMany: (count) => run('spawn', 'm', '--count', String(count), '--max-restarts', '1000', ...program),
    startOne: (id) => run('spawn', id, ...program),
    removeOne: (id) => run('rm', '--force', id),
    end: async () => await endPeer(scratch, folder, run('daemon', 'stop', '--agents')),
  };
}
