/**
 * Makes a worktree as planned: checkout, copies and links, set-up commands. What does not come to its end is taken back,
 * so that there is a worktree with all that belongs to it or none; `Intent` is what the next daemon needs to do that.
 */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import type { WorktreePlace, WorktreeWish } from '../core/worktree.ts';
import { git, tryGit, type GitOptions } from './git-text.ts';
import type { GroupLeader } from '../system/signals.ts';
import { carryOver, findCarriedOver } from './carry-over.ts';
import type { WorktreePlan } from './plan.ts';
import { dropWorktree } from './drop.ts';
import { setUp } from './set-up.ts';

/** Large repositories take their time. */
const CHECKOUT_TIMEOUT_MS = 30 * 60_000;

/** What is under way, written before the first step and gone after the last. */
export interface MakingIntent {
  readonly kind: 'making';
  readonly agent: string;
  readonly repository: string;
  readonly path: string;
  readonly branch: string;
  /** The branch goes too, if it is still where it was made. Null for one that was there before. */
  readonly branchMadeAt: string | null;
  readonly setUp: GroupLeader | null;
}

export interface MakeRequest {
  readonly plan: WorktreePlan;
  readonly wish: WorktreeWish;
  readonly env: Readonly<Record<string, string>>;
  readonly umask: number;
  /** What set-up commands print. */
  readonly log: string;
  readonly note: (intent: MakingIntent) => void;
}

/** @throws MuxwardError with nothing left behind. */
export async function makeWorktree(request: MakeRequest): Promise<WorktreePlace> {
  const { plan, wish, note } = request;
  const carried = await findCarriedOver(plan.repository.top, wish);
  const intent = makingIntentOf(plan);
  note(intent);
  try {
    return await make(request, carried, intent);
  } catch (error) {
    await undoMaking(intent);
    throw error;
  }
}

async function make({ plan, wish, env, umask, log, note }: MakeRequest, carried: Awaited<ReturnType<typeof findCarriedOver>>, intent: MakingIntent): Promise<WorktreePlace> {
  const { repository } = plan;
  await addWorktree(plan, { env: withoutGit(env), umask, hooks: true, timeoutMs: CHECKOUT_TIMEOUT_MS });
  const copied = repository.top === null ? {} : await carryOver(repository.top, plan.path, carried);
  const cwd = path.join(plan.path, repository.subfolder);
  if (!fs.existsSync(cwd)) throw noSubfolder(plan);
  const variables = { ...env, MUXWARD_WORKTREE: plan.path, ...(repository.top === null ? {} : { MUXWARD_SOURCE: repository.top }) };
  await setUp({ agent: plan.agent, commands: wish.setup, cwd, env: variables, umask, log, onStart: (leader) => note({ ...intent, setUp: leader }) });
  return {
    repository: repository.commonDir,
    source: repository.top,
    path: plan.path,
    subfolder: repository.subfolder,
    branch: plan.branch,
    ownsBranch: plan.mode !== 'keep' || wish.branch === null,
    base: plan.base,
    baseCommit: plan.baseCommit,
    lastCommit: plan.start,
    copied,
  };
}

async function addWorktree({ repository, path: folder, branch, mode, start }: WorktreePlan, options: GitOptions): Promise<void> {
  const from = repository.top ?? repository.commonDir;
  // A folder that was deleted by hand holds its branch until git has been told.
  await tryGit(from, ['worktree', 'prune']);
  const flags = { new: ['-b', branch, '--no-track'], move: ['-B', branch, '--no-track'], keep: [] }[mode];
  await git(from, ['worktree', 'add', '--quiet', ...flags, folder, mode === 'keep' ? branch : start], options);
}

/** The user's PATH and HOME for filters and hooks; but git itself is told where it works by us alone. */
function withoutGit(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GIT_')));
}

function noSubfolder({ repository, branch }: WorktreePlan): MuxwardError {
  return new MuxwardError('usage', `--worktree: ${printable(branch)} has no folder ${printable(repository.subfolder)}`, {
    hint: 'commit it first, or name a folder that is in the branch: --cwd',
  });
}

export function makingIntentOf({ agent, repository, path: folder, branch, mode, start }: WorktreePlan): MakingIntent {
  return { kind: 'making', agent, repository: repository.commonDir, path: folder, branch, branchMadeAt: mode === 'new' ? start : null, setUp: null };
}

/** Takes back what was begun. Nobody worked in it: all that is in the folder was put there by us. */
export async function undoMaking({ repository, path: folder, branch, branchMadeAt }: MakingIntent): Promise<void> {
  await dropWorktree(repository, folder);
  if (!fs.existsSync(repository)) return;
  if (branchMadeAt === null) return;
  await git(repository, ['update-ref', '-d', `refs/heads/${branch}`, branchMadeAt]).catch(() => undefined);
}
