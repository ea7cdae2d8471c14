/** Which processes of git work in a folder, as far as /proc tells. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Is a git at work in one of these folders, or told of them? `maybe` where processes cannot be looked at. */
export function gitsAtWork(folders: readonly string[]): 'yes' | 'no' | 'maybe' {
  if (!fs.existsSync('/proc/self/stat')) return 'maybe';
  const isIn = (text: string): boolean => folders.some((folder) => text === folder || text.includes(`${folder}/`) || text.includes(`=${folder}\0`));
  const gits = pids().filter((pid) => read(`/proc/${pid}/comm`).startsWith('git') && !isZombie(pid));
  const told = gits.filter((pid) => isIn(linkOf(`/proc/${pid}/cwd`)) || isIn(`${read(`/proc/${pid}/cmdline`)}\0`) || isIn(`${read(`/proc/${pid}/environ`)}\0`));
  return told.length > 0 ? 'yes' : 'no';
}

/**
 * Waits for gits that a killed daemon has left at work in the git folder `gitDir`; the ones that do not end are ended.
 * They are known by their environment, so no other git is meant.
 */
export async function outlastStrayGits(gitDir: string, waitMs = 10_000): Promise<void> {
  const mark = `GIT_DIR=${gitDir}`;
  const strays = (): number[] => pids().filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(mark) && !isZombie(pid));
  const deadline = Date.now() + waitMs;
  while (Date.now() < deadline) {
    if (strays().length === 0) return;
    await sleep(20);
  }
  for (const pid of strays()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended at the same moment.
    }
  }
}

function isZombie(pid: number): boolean {
  return /\) [ZX] /.test(read(`/proc/${pid}/stat`));
}

function pids(): number[] {
  return fileNames('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid);
}

function fileNames(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(link: string): string {
  try {
    return fs.readlinkSync(link);
  } catch {
    return '';
  }
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
