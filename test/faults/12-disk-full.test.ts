// The disk of the home is full.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { isAlive, pidsWithVariable, type MuxwardHome } from '../helpers/muxward-home.ts';
import { fault, kill, killDaemon, whyNoMounts } from './fault.ts';

async function onSmallDisk(home: MuxwardHome, run: () => Promise<void>): Promise<void> {
  mkdirSync(home.home, { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'none', home.home]);
  try {
    await run();
  } finally {
    for (const pid of pidsWithVariable(`MUXWARD_HOME=${home.home}`)) await kill(pid);
    execFileSync('umount', ['-l', home.home]);
  }
}

function fill(file: string): void {
  const fd = openSync(file, 'w');
  try {
    for (let size = 2 ** 16; size >= 1; size = Math.floor(size / 2)) {
      try {
        for (;;) writeSync(fd, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(fd);
  }
}

fault(
  12,
  'The disk is full, and the daemon is killed meanwhile',
  'the user is told, agents go on, and the state is as it was once there is room',
  (home) =>
    onSmallDisk(home, async () => {
      const before = await home.spawn('a', '--label', 'x=y', '--', 'sleep', '1000');
      await home.ok('events');
      const filler = path.join(home.home, 'filler');
      fill(filler);
      const refused = await home.run(['spawn', 'b', '--', 'sleep', '1000']);
      expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('disk is full')]);
      expect(await home.agent('a')).toMatchObject({ state: 'ready', pid: before.pid });
      await killDaemon(home);
      // With no room at all a daemon may not start; then it says why.
      const { status, stdout, stderr } = await home.run(['status', '--json']);
      if (status === 0) expect(JSON.parse(stdout).agents[0]).toMatchObject({ name: 'a', pid: before.pid });
      else expect(stderr).toContain('disk is full');
      expect(isAlive(before.pid ?? 0)).toBe(true);
      rmSync(filler);
      expect(await home.agent('a')).toMatchObject({ state: 'ready', pid: before.pid, labels: { x: 'y' }, restarts: 0, generation: 1 });
      expect(readdirSync(home.home).filter((name) => name.includes('damaged'))).toEqual([]);
      await home.spawn('c', '--', 'sleep', '1000');
    }),
  { unless: whyNoMounts() },
);
