/**
 * Saves what would be lost with a worktree under `refs/muxward/saved/<agent>/<time>`: what is not committed (untracked
 * files, what is staged, copied files that were changed) and commits that no other branch and no remote has.
 */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import type { WorktreePlace } from '../core/worktree.ts';
import { git, tryGit } from './git-text.ts';
import { hashOf } from './carry-over.ts';
import { commitOf, isAncestor } from './repository.ts';
import { snapshot, treeOf } from './snapshot.ts';

export interface Saved {
  /** The ref of work and commits; null where there was nothing to save. */
  readonly work: string | null;
  /** The ref of copied files that were changed, and nothing else: in a checkout they would overwrite the user's own. */
  readonly copies: string | null;
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'muxward',
  GIT_AUTHOR_EMAIL: 'muxward@localhost',
  GIT_COMMITTER_NAME: 'muxward',
  GIT_COMMITTER_EMAIL: 'muxward@localhost',
} as const;

const SAVED = 'refs/muxward/saved';

/** @throws MuxwardError: then nothing may be removed. */
export async function saveWork(agent: string, place: WorktreePlace, at: Date): Promise<Saved> {
  await refuseSubmoduleWork(place.path);
  const commit = await unsavedIn(agent, place);
  const names = changedCopies(place);
  return {
    work: commit === null ? null : await saveCommit(agent, place.repository, { commit, at }),
    copies: names.length === 0 ? null : await saveCopies(agent, place, { names, at }),
  };
}

async function saveCopies(agent: string, place: WorktreePlace, { names, at }: { names: readonly string[]; at: Date }): Promise<string> {
  const tree = await treeOf(place.path, names);
  const commit = await git(place.path, ['commit-tree', '-m', `changed copies of ${agent}`, tree], { env: IDENTITY });
  return await saveCommit(agent, place.repository, { commit, at });
}

/** Gives a commit a ref of its own among the agent's saved work. */
export async function saveCommit(agent: string, repository: string, { commit, at }: { commit: string; at: Date }): Promise<string> {
  const ref = await freeRef(repository, agent, at);
  await git(repository, ['update-ref', ref, commit, '']);
  return ref;
}

/** Saved work of an agent, oldest first. */
export async function savedRefs(repository: string, agent: string): Promise<string[]> {
  const { stdout } = await tryGit(repository, ['for-each-ref', '--format=%(refname)', `${SAVED}/${agent}/`]);
  return stdout.split('\n').filter((ref) => ref !== '');
}

/** The commit to keep: of the files as they are, else the last one that nobody else has; null where somebody has. */
async function unsavedIn(agent: string, place: WorktreePlace): Promise<string | null> {
  const head = await commitOf(place.path, 'HEAD');
  const { tree, staged } = await snapshot(place.path);
  const before = head === null ? null : await git(place.path, ['rev-parse', `${head}^{tree}`]);
  await refuseInnerRepositories(place.path, { tree, before });
  const isClean = tree === before && (staged === null || staged === before);
  if (!isClean) return await commitWork(agent, place.path, { head, tree, staged });
  return head !== null && !(await isKeptElsewhere(place, head)) ? head : null;
}

/** In the shape of a stash, so that `git stash apply` knows what to do with it. */
async function commitWork(agent: string, folder: string, { head, tree, staged }: { head: string | null; tree: string; staged: string | null }): Promise<string> {
  const options = { env: IDENTITY };
  const parents = head === null ? [] : ['-p', head];
  const index = await git(folder, ['commit-tree', ...parents, '-m', `index of ${agent}`, staged ?? tree], options);
  return await git(folder, ['commit-tree', ...parents, '-p', index, '-m', `unsaved work of ${agent}`, tree], options);
}

/** Files that were copied into the worktree, are ignored by git, and hold something else now. */
export function changedCopies({ path: top, copied }: WorktreePlace): string[] {
  return Object.entries(copied).flatMap(([name, hash]) => {
    const file = path.join(top, name);
    return fs.existsSync(file) && hashOf(file) !== hash ? [name] : [];
  });
}

/** Is the commit in a branch other than the worktree's own, on a remote, in a tag, or saved already? */
export async function isKeptElsewhere({ repository, base, branch }: Pick<WorktreePlace, 'repository' | 'base' | 'branch'>, commit: string): Promise<boolean> {
  if ((await commitOf(repository, base)) !== null && (await isAncestor(repository, commit, base))) return true;
  const { stdout } = await tryGit(repository, ['for-each-ref', `--contains=${commit}`, '--format=%(refname)', 'refs/heads', 'refs/remotes', 'refs/tags', SAVED]);
  return stdout.split('\n').some((ref) => ref !== '' && ref !== `refs/heads/${branch}`);
}

/** Two within one second get names of their own. */
async function freeRef(repository: string, agent: string, at: Date): Promise<string> {
  const time = at.toISOString().replaceAll(/[-:]/g, '').replace(/\.\d+Z$/, 'Z');
  const taken = new Set(await savedRefs(repository, agent));
  const names = [time, ...Array.from({ length: 1000 }, (_, i) => `${time}-${i + 2}`)].map((name) => `${SAVED}/${agent}/${name}`);
  return names.find((name) => !taken.has(name)) ?? `${SAVED}/${agent}/${time}-${process.hrtime.bigint()}`;
}

/** Submodules of a linked worktree keep their commits in its folder of `.git`, which goes with it. */
async function refuseSubmoduleWork(folder: string): Promise<void> {
  const { stdout } = await tryGit(folder, ['submodule', '--quiet', 'foreach', '--recursive', SUBMODULE_CHECK]);
  const first = stdout.split('\n').find((line) => line !== '');
  if (first === undefined) return;
  throw new MuxwardError('refused', `the submodule ${printable(first)} of ${printable(folder)} has work that is in no other place`, {
    hint: 'commit and push it there first; it cannot be saved under a ref of the outer repository',
  });
}

/** Of a repository inside of it git keeps only which commit is checked out. */
async function refuseInnerRepositories(folder: string, { tree, before }: { tree: string; before: string | null }): Promise<void> {
  if (tree === before) return;
  const changes = await git(folder, ['diff-tree', '-r', '-z', '--diff-filter=A', before ?? EMPTY_TREE, tree]);
  const fields = changes.split('\0');
  const at = fields.findIndex((field) => field.startsWith(':000000 160000'));
  if (at < 0) return;
  const inner = printable(fields[at + 1] ?? '');
  throw new MuxwardError('refused', `${printable(folder)} has a repository of its own in ${inner}, which cannot be saved under a ref of the outer one`, {
    hint: `move it away, or delete it if nobody needs it: ${inner}`,
  });
}

/** git knows it without having it. */
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

const SUBMODULE_CHECK = 'if test -n "$(git status --porcelain)" || { git rev-parse -q --verify HEAD >/dev/null && test -z "$(git for-each-ref --contains HEAD refs/remotes)"; }; then echo "$displaypath"; fi';
