/**
 * The hidden refs that hold checkpoints in a repository, and the waiting for whoever holds its locks. A lock that a
 * killed git left behind is told from one in use by its age and by whether any process has it open.
 */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { git, gitDo, gitError } from '../system/git.ts';
import { gitsAtWork } from '../system/working-gits.ts';

/** A lock is young for this long, whoever made it: a git that is about to show up in /proc is not overlooked. */
const YOUNG_MS = 3000;
/** Where nobody can be asked who works there. */
const STALE_AFTER_MS = 10 * 60_000;
const WAIT_MS = 15_000;
const POLL_MS = 50;

const LOCKED = /Unable to create '([^']+\.lock)': File exists/;

const COMMITTER = {
  GIT_AUTHOR_NAME: 'muxward',
  GIT_AUTHOR_EMAIL: 'muxward@localhost',
  GIT_COMMITTER_NAME: 'muxward',
  GIT_COMMITTER_EMAIL: 'muxward@localhost',
};

export function refOf(agent: string, id: string): string {
  return `refs/muxward/checkpoints/${agent}/${id}`;
}

/** A commit of the tree, with no parent: what is pruned is held by nothing later. */
export async function commitTree(storeDir: string, tree: string, at: Date, umask: number): Promise<string> {
  const date = `${Math.floor(at.getTime() / 1000)} +0000`;
  const env = { ...COMMITTER, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date, GIT_DIR: storeDir };
  const said = await gitDo(storeDir, ['commit-tree', '--no-gpg-sign', '-m', 'muxward checkpoint', tree], 'write the commit', { env, umask });
  return said.toString().trim();
}

/** Sets (a commit) or deletes (null) refs, all or none. @throws MuxwardError `failed` */
export async function changeRefs(storeDir: string, changes: ReadonlyMap<string, string | null>, umask?: number): Promise<void> {
  if (changes.size === 0) return;
  const lines = [...changes].map(([ref, commit]) => (commit === null ? `delete ${ref}\n` : `update ${ref} ${commit}\n`));
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const outcome = await git(storeDir, ['update-ref', '--no-deref', '--stdin'], {
      env: { GIT_DIR: storeDir },
      input: lines.join(''),
      ...(umask === undefined ? {} : { umask }),
    });
    if (outcome.status === 0) return;
    const lock = LOCKED.exec(outcome.stderr)?.[1];
    if (lock === undefined || (!clearIfStale(lock, storeDir) && Date.now() > deadline)) throw gitError(outcome, 'change the refs of checkpoints', storeDir);
    await sleep(POLL_MS);
  }
}

/** All refs of checkpoints of an agent there, with their commits. */
export async function listRefs(storeDir: string, agent: string): Promise<Map<string, string>> {
  const { status, stdout } = await git(storeDir, ['for-each-ref', '--format=%(refname) %(objectname)', `refs/muxward/checkpoints/${agent}/`], { env: { GIT_DIR: storeDir } });
  const lines = status === 0 ? stdout.toString().split('\n').filter(Boolean) : [];
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

/** True where the lock is gone now. One is taken away only where no git is at work in that repository. */
function clearIfStale(lock: string, storeDir: string): boolean {
  const stat = fs.statSync(lock, { throwIfNoEntry: false });
  if (stat === undefined) return true;
  const ageMs = Date.now() - stat.mtimeMs;
  const inUse = ageMs < YOUNG_MS ? 'maybe' : gitsAtWork([storeDir, path.dirname(storeDir)]);
  if (inUse === 'yes' || (inUse === 'maybe' && ageMs < STALE_AFTER_MS)) return false;
  fs.rmSync(lock, { force: true });
  return true;
}

/** Keeps what a shadow's index refers to, whatever is pruned. */
export function keeperRef(shadowFolder: string): string {
  return `refs/muxward/index/${path.basename(shadowFolder)}`;
}
