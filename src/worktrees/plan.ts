/** Decides where an agent's worktree goes and on which branch; refuses what cannot work before anything is made. */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import type { WorktreeWish } from '../core/worktree.ts';
import { tryGit, type GitOptions } from './git-text.ts';
import { checkoutsOf, commitOf, isAncestor, isBranch, type Repository } from './repository.ts';

export interface PlanRequest {
  readonly agent: string;
  /** Where the agent was asked for. */
  readonly cwd: string;
  readonly wish: WorktreeWish;
  /** The folder for it; must not be there, or be empty. */
  readonly path: string;
  /** The other agent that has this branch of this repository. */
  readonly holderOf: (commonDir: string, branch: string) => string | undefined;
  readonly options?: GitOptions;
}

export interface WorktreePlan {
  readonly agent: string;
  readonly repository: Repository;
  readonly path: string;
  readonly branch: string;
  /** What `git worktree add` is told: a new branch, one moved to its base because all of it is merged, or one that is there. */
  readonly mode: 'new' | 'move' | 'keep';
  readonly base: string;
  readonly baseCommit: string;
  /** What the branch will be at. */
  readonly start: string;
}

/** @throws MuxwardError `usage` or `conflict` that says what is in the way. */
export async function planWorktree(request: PlanRequest, repository: Repository): Promise<WorktreePlan> {
  const { agent, wish, options = {} } = request;
  const folder = repository.top ?? repository.commonDir;
  const base = await baseOf(repository, wish, folder);
  const branch = wish.branch ?? `muxward/${agent}`;
  const valid = await tryGit(folder, ['check-ref-format', '--branch', branch], options);
  if (valid.status !== 0) {
    throw new MuxwardError('usage', `--worktree: "${printable(branch)}" is no name for a branch`, { hint: 'git check-ref-format --branch NAME tells which are' });
  }
  checkFree(request.path);
  await checkBranchFree(request, repository, branch);
  const there = (await isBranch(folder, branch)) ? await commitOf(folder, branch) : null;
  const isOld = there !== null && wish.branch === null && (await isAncestor(folder, there, base.commit));
  const mode = there === null ? 'new' : isOld ? 'move' : 'keep';
  const start = mode === 'keep' && there !== null ? there : base.commit;
  return { agent, repository, path: request.path, branch, mode, base: base.name, baseCommit: base.commit, start };
}

async function baseOf(repository: Repository, wish: WorktreeWish, folder: string): Promise<{ name: string; commit: string }> {
  if (wish.base !== null) {
    const commit = await commitOf(folder, wish.base);
    if (commit !== null) return { name: wish.base, commit };
    throw new MuxwardError('usage', `--worktree-base: "${printable(wish.base)}" is no commit of ${printable(folder)}`, {
      hint: 'a branch, a tag or a commit; after git fetch also one of a remote, such as origin/main',
    });
  }
  if (repository.underway !== null) {
    throw new MuxwardError('usage', `--worktree: a ${repository.underway} is under way in ${printable(folder)}, so what is checked out is no place to start from`, {
      hint: `finish it first, or say where to start from: --worktree-base main`,
    });
  }
  if (repository.commit === null) {
    throw new MuxwardError('usage', `--worktree: ${printable(folder)} has no commit yet, and a worktree starts from one`, {
      hint: `git -C ${printable(folder)} commit --allow-empty -m start`,
    });
  }
  return { name: repository.branch ?? repository.commit, commit: repository.commit };
}

/** @throws MuxwardError `conflict` where something is there. */
export function checkFree(folder: string): void {
  const found = fs.lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined || (found.isDirectory() && fs.readdirSync(folder).length === 0)) return;
  throw new MuxwardError('conflict', `--worktree: ${printable(folder)} is there already`, {
    hint: 'it belongs to no agent that is listed: muxward cleanup saves what is unsaved in it and removes it; or move it away',
  });
}

async function checkBranchFree({ holderOf, agent }: PlanRequest, { commonDir }: Repository, branch: string): Promise<void> {
  const holder = holderOf(commonDir, branch);
  if (holder !== undefined) {
    throw new MuxwardError('conflict', `--worktree: the branch ${printable(branch)} is ${agent === holder ? 'that of another' : `agent ${holder}'s`}`, {
      hint: 'two agents cannot work on one branch: name another, or leave the name out',
    });
  }
  const elsewhere = (await checkoutsOf(commonDir)).find((checkout) => checkout.branch === branch && !checkout.isGone);
  if (elsewhere === undefined) return;
  throw new MuxwardError('conflict', `--worktree: the branch ${printable(branch)} is checked out in ${printable(path.resolve(elsewhere.path))}`, {
    hint: 'a branch can be in one folder only: check out another there, or name another here',
  });
}
