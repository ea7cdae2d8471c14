/** Makes a worktree's folder go, and git forget it, in whatever half-made state both are. What was in it is saved before. */
import fs from 'node:fs';
import path from 'node:path';
import { tryGit } from './git-text.ts';

/** Can be done again where it was interrupted. @throws where files cannot be deleted. */
export async function dropWorktree(repository: string, folder: string): Promise<void> {
  const isThere = fs.existsSync(repository);
  // Twice forced: also one that is locked, as each is while `git worktree add` is at work.
  if (isThere) await tryGit(repository, ['worktree', 'remove', '--force', '--force', folder]);
  await fs.promises.rm(folder, { recursive: true, force: true, maxRetries: 3 });
  if (isThere) forget(repository, folder);
}

/** What `git worktree add` had not yet brought so far that git itself would find it. */
function forget(repository: string, folder: string): void {
  const all = path.join(repository, 'worktrees');
  if (!fs.existsSync(all)) return;
  for (const name of fs.readdirSync(all)) {
    const entry = path.join(all, name);
    const points = readIfThere(path.join(entry, 'gitdir'));
    if (points?.trim() === path.join(folder, '.git')) fs.rmSync(entry, { recursive: true, force: true });
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
