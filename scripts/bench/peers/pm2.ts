/** pm2, with a home of its own and the Node that muxward has. */
import fs from 'node:fs';
import path from 'node:path';
import type { Scratch } from '../scratch.ts';
import { runOrThrow, type Command } from '../timed-command.ts';
import { endPeer } from './end-peer.ts';
import type { Peer } from './peer.ts';

export interface Pm2 extends Peer {
  run(...args: string[]): Command;
}

export function createPm2(scratch: Scratch, program: string): Pm2 {
  const folder = path.join(scratch.folder, 'pm2');
  fs.mkdirSync(folder);
  const node = process.execPath;
  const env = { ...scratch.env, TMPDIR: folder, PM2_HOME: folder, PM2_DISABLE_VERSION_CHECK: 'true' };
  const run = (...args: string[]): Command => ({ argv: [node, program, ...args], env });
  const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `p-${index + 1}`);
  return {
    subject: 'pm2',
    folder,
    run,
    ids,
    async warmUp() {
      await runOrThrow(scratch, run('ping'));
    },
    startMany(count) {
      const file = path.join(folder, 'ecosystem.config.js');
      const apps = ids(count).map((name) => ({
        name,
        script: scratch.child,
        interpreter: 'none',
        args: [scratch.fifo, name],
        autorestart: true,
        max_restarts: 1000,
        min_uptime: 0,
      }));
      fs.writeFileSync(file, `module.exports = ${JSON.stringify({ apps })};\n`);
      return run('start', file);
    },
    startOne: (id) =>
      run('start', scratch.child, '--interpreter', 'none', '--name', id, '--', scratch.fifo, id),
    removeOne: (id) => run('delete', id),
    end: async () => await endPeer(scratch, folder, run('kill')),
  };
}
