/** Ends the git that a killed daemon had started to make a worktree: it would go on to write into a folder that must go. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLine, scanProcesses } from '../system/process-table.ts';
import { livenessOf, type Identity } from '../system/identity.ts';
import { signalProcess } from '../system/signals.ts';

const GIVE_UP_AFTER_MS = 5000;

/** Returns when none is left, or after a while. */
export async function endGitAt(worktree: string): Promise<void> {
  for (const deadlineMs = performance.now() + GIVE_UP_AFTER_MS; performance.now() < deadlineMs; await sleep(20)) {
    const left = gitAt(worktree);
    if (left.length === 0) return;
    for (const one of left) signalProcess(one, 'SIGKILL');
  }
}

function gitAt(worktree: string): Identity[] {
  const git = (scanProcesses() ?? []).filter(({ comm }) => comm === 'git' || comm.startsWith('git-'));
  return git.filter(({ pid }) => commandLine(pid).includes(worktree) || worksOn(pid, worktree)).filter((one) => livenessOf(one) !== 'zombie');
}

/** `git worktree add` starts a `git reset` that is told by its environment where to work. */
function worksOn(pid: number, worktree: string): boolean {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`GIT_WORK_TREE=${worktree}`);
  } catch {
    return false;
  }
}
