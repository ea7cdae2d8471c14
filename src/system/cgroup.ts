/**
 * Control groups of version 2, as folders: where a process is, what a group has used, making, filling and removing one.
 * Which limits they bear is not decided here. Readings give null where there is nothing to read.
 */
import fs from 'node:fs';
import path from 'node:path';

/** Where the hierarchy is mounted, with a controller at all; null where there is none (or only version 1). */
export function cgroupRoot(mountinfo = read('/proc/self/mountinfo')): string | null {
  for (const line of (mountinfo ?? '').split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    if (after.startsWith('cgroup2 ')) return before.split(' ')[4]?.replaceAll('\\040', ' ') ?? null;
  }
  return null;
}

/** The group of a process, from the root of the hierarchy: `/user.slice/…`. */
export function cgroupOf(pid: number): string | null {
  return /^0::(.*)$/m.exec(read(`/proc/${pid}/cgroup`) ?? '')?.[1] ?? null;
}

export function wordsIn(folder: string, file: string): string[] {
  return (read(path.join(folder, file)) ?? '').split(/\s+/).filter((word) => word !== '');
}

/** One value of a file of `key value` lines. */
export function valueOf(folder: string, file: string, key: string): number | null {
  const found = new RegExp(`^${key} (\\d+)$`, 'm').exec(read(path.join(folder, file)) ?? '');
  return found ? Number(found[1]) : null;
}

/** What its processes hold and could not give back: without the cache of files, which the kernel takes away as it needs. */
export function memoryHeld(folder: string): number | null {
  const current = Number(read(path.join(folder, 'memory.current')) ?? Number.NaN);
  const stat = read(path.join(folder, 'memory.stat'));
  if (Number.isNaN(current) || stat === null) return null;
  const of = (key: string): number => Number(new RegExp(`^${key} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
  return Math.max(0, current - of('active_file') - of('inactive_file') - of('slab_reclaimable'));
}

/** CPU used so far by all that was ever in it, however short its life. */
export function cpuUsedMs(folder: string): number | null {
  const us = valueOf(folder, 'cpu.stat', 'usage_usec');
  return us === null ? null : us / 1000;
}

/** Moves processes there; those that have ended meanwhile are passed over. @throws where it may not. */
export function moveTo(folder: string, pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      fs.writeFileSync(path.join(folder, 'cgroup.procs'), String(pid));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Kills all that is in it, at once, also what forks as fast as it is killed. Linux 5.14; false where it cannot. */
export function killAll(folder: string): boolean {
  return write(path.join(folder, 'cgroup.kill'), '1');
}

/** True once it is gone; false while something lives in it. */
export function removeGroup(folder: string): boolean {
  try {
    fs.rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** False where it could not be written. */
export function write(file: string, value: string): boolean {
  try {
    fs.writeFileSync(file, value);
    return true;
  } catch {
    return false;
  }
}

function read(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
