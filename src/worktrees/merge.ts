/**
 * Merges an agent's branch into another. The merge is computed without touching any checkout; only a clean result is
 * taken over, by moving the branch where it is checked out nowhere, otherwise in that checkout, if that is clean.
 */
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import type { WorktreeMerge, WorktreePlace } from '../core/worktree.ts';
import { git, gitFailed, tryGit, type GitOptions } from './git-text.ts';
import { checkoutsOf, commitOf, isAncestor, isBranch } from './repository.ts';

export interface MergeRequest {
  readonly agent: string;
  readonly place: WorktreePlace;
  /** Null: its base. */
  readonly into: string | null;
  readonly squash: boolean;
  readonly message: string | null;
  /** Who commits is the user, and files are made as by the user. */
  readonly options: GitOptions;
}

/** @throws MuxwardError `conflict` with the files, `refused` where the checkout is not clean; nothing is changed then. */
export async function mergeWorktree(request: MergeRequest): Promise<WorktreeMerge> {
  const { agent, place, options } = request;
  const { repository, branch } = place;
  const into = await targetOf(request);
  const [ours, theirs] = await Promise.all([commitOf(repository, `refs/heads/${into}`), commitOf(repository, `refs/heads/${branch}`)]);
  if (ours === null || theirs === null) throw noBranch(ours === null ? into : branch);
  const uncommitted = await uncommittedIn(place);
  const checkout = (await checkoutsOf(repository)).find((each) => each.branch === into && !each.isGone)?.path ?? null;
  const told = { agent, branch, into, checkout, uncommitted };
  if (await isAncestor(repository, theirs, ours)) return { ...told, how: 'up-to-date', commit: ours };
  const canForward = !request.squash && (await isAncestor(repository, ours, theirs));
  const commit = canForward ? theirs : await mergeCommit(request, { into, ours, theirs });
  if (checkout === null) await git(repository, ['update-ref', '-m', `muxward: merge ${branch}`, `refs/heads/${into}`, commit, ours]);
  else await bringAlong(checkout, into, { commit, options });
  return { ...told, how: canForward ? 'fast-forward' : request.squash ? 'squash' : 'merge', commit };
}

async function targetOf({ place, into, agent }: MergeRequest): Promise<string> {
  const target = into ?? place.base;
  if (target === place.branch) throw new MuxwardError('usage', `--into: ${printable(target)} is ${agent}'s own branch`, { hint: 'name another branch' });
  if (await isBranch(place.repository, target)) return target;
  throw new MuxwardError('usage', `${into === null ? `${agent} began at ${printable(target)}, which` : `--into: ${printable(target)}`} is no branch here`, {
    hint: `say which branch shall have its work: muxward worktree merge ${agent} --into main`,
  });
}

async function mergeCommit({ place, squash, message, options, agent }: MergeRequest, { into, ours, theirs }: { into: string; ours: string; theirs: string }): Promise<string> {
  const { repository, branch } = place;
  const { tree, conflicts } = await mergeTrees(repository, ours, theirs);
  if (conflicts.length > 0) throw inConflict(agent, into, conflicts);
  const text = message ?? (squash ? await squashMessage(place, ours, theirs) : `Merge branch '${branch}' into ${into}`);
  const parents = squash ? ['-p', ours] : ['-p', ours, '-p', theirs];
  return await git(repository, ['commit-tree', tree, ...parents, '-F', '-'], { ...options, input: `${text}\n` });
}

export interface MergedTrees {
  readonly tree: string;
  /** Paths that cannot be merged; empty where all can. */
  readonly conflicts: readonly string[];
}

/** @throws MuxwardError where git cannot tell: before 2.38 it has no such merge. */
export async function mergeTrees(folder: string, ours: string, theirs: string, env: Readonly<Record<string, string>> = {}): Promise<MergedTrees> {
  const args = ['merge-tree', '--write-tree', '--allow-unrelated-histories', '--name-only', '--no-messages', '-z', ours, theirs];
  const result = await tryGit(folder, args, { env });
  if (result.status > 1) {
    const isOld = /usage: git merge-tree|unknown option|unknown rev/.test(result.stderr);
    throw isOld ? new MuxwardError('failed', 'this git cannot merge without a checkout', { hint: 'git 2.38 or newer can: git --version' }) : gitFailed(args, result, folder);
  }
  const [tree = '', ...names] = result.stdout.split('\0');
  return { tree: tree.trim(), conflicts: result.status === 0 ? [] : [...new Set(names.filter((name) => name !== ''))] };
}

function inConflict(agent: string, into: string, files: readonly string[]): MuxwardError {
  const shown = files.slice(0, 10).map(printable).join(', ');
  return new MuxwardError('conflict', `${agent} and ${printable(into)} change the same lines: ${shown}${files.length > 10 ? ` and ${files.length - 10} more` : ''}; nothing was merged`, {
    hint: `let the agent take ${printable(into)} in first: muxward send ${agent} "merge ${printable(into)} into your branch and resolve the conflicts"`,
  });
}

async function bringAlong(checkout: string, into: string, { commit, options }: { commit: string; options: GitOptions }): Promise<void> {
  const status = await git(checkout, ['status', '--porcelain', '--untracked-files=no', '-z']);
  if (status !== '') {
    throw new MuxwardError('refused', `${printable(into)} is checked out in ${printable(checkout)}, with changes that are not committed`, {
      hint: 'commit or stash them there, or name a branch that is checked out nowhere: --into BRANCH',
    });
  }
  // Untracked files that would be overwritten make git refuse, with everything as it was.
  await git(checkout, ['merge', '--ff-only', '--quiet', commit], options);
}

async function uncommittedIn({ path: folder }: WorktreePlace): Promise<number> {
  const status = await tryGit(folder, ['status', '--porcelain', '-z', '--no-renames']).catch(() => undefined);
  return status?.status === 0 ? status.stdout.split('\0').filter((entry) => entry !== '').length : 0;
}

async function squashMessage({ repository, branch }: WorktreePlace, ours: string, theirs: string): Promise<string> {
  const subjects = await git(repository, ['log', '--reverse', '--format=* %s', '--max-count=200', `${ours}..${theirs}`]);
  return `Squashed '${branch}'\n\n${subjects}`;
}

function noBranch(branch: string): MuxwardError {
  return new MuxwardError('failed', `there is no branch ${printable(branch)} (any more)`, { hint: 'git branch --list shows which there are' });
}
