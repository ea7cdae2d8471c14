/**
 * What an agent has in its worktree now, as a commit that nobody sees: its objects lie in a folder of our own, so that
 * looking often leaves nothing in the user's repository. The same files give the same commit.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { WorktreePlace } from '../core/worktree.ts';
import { git, tryGit } from './git-text.ts';
import { filesIn, startOf } from './look.ts';
import { mergeTrees } from './merge.ts';
import { commitOf, isAncestor, isBranch } from './repository.ts';
import { snapshot } from './snapshot.ts';

export interface WorkState {
  readonly commit: string;
  /** Paths that differ from where the branch left its base. */
  readonly files: ReadonlySet<string>;
}

/** Where objects go, and where git finds the others. */
export function privateObjects(folder: string, repository: string): Record<string, string> {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { GIT_OBJECT_DIRECTORY: folder, GIT_ALTERNATE_OBJECT_DIRECTORIES: path.join(repository, 'objects') };
}

const SAME_ALWAYS = {
  GIT_AUTHOR_NAME: 'muxward',
  GIT_AUTHOR_EMAIL: 'muxward@localhost',
  GIT_AUTHOR_DATE: '2000-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'muxward',
  GIT_COMMITTER_EMAIL: 'muxward@localhost',
  GIT_COMMITTER_DATE: '2000-01-01T00:00:00Z',
} as const;

/** @throws MuxwardError with what git said. */
export async function workState(place: WorktreePlace, objects: Readonly<Record<string, string>>): Promise<WorkState> {
  const { tree } = await snapshot(place.path, objects);
  const head = await commitOf(place.path, 'HEAD');
  const env = { ...objects, ...SAME_ALWAYS };
  const commit = await git(place.path, ['commit-tree', ...(head === null ? [] : ['-p', head]), '-m', 'now', tree], { env });
  const names = await git(place.path, ['diff-tree', '-r', '-z', '--name-status', '--no-renames', await startOf(place), tree], { env });
  return { commit, files: new Set(filesIn(names).map(({ path: name }) => name)) };
}

/** Paths in which two commits cannot be merged. */
export async function conflictsBetween(repository: string, [one, other]: readonly [string, string], objects: Readonly<Record<string, string>>): Promise<readonly string[]> {
  return (await mergeTrees(repository, one, other, objects)).conflicts;
}

/** Where the base is by now, if it is a branch that has gone on without this agent. */
export async function movedBase({ repository, base, path: folder }: WorktreePlace): Promise<string | null> {
  if (!(await isBranch(repository, base))) return null;
  const [tip, head] = await Promise.all([commitOf(repository, `refs/heads/${base}`), commitOf(folder, 'HEAD')]);
  if (tip === null || head === null || (await isAncestor(repository, tip, head))) return null;
  return tip;
}

/** The files as a merge would leave them, with markers. */
export async function mergedTexts(repository: string, [one, other]: readonly [string, string], files: readonly string[], objects: Readonly<Record<string, string>>): Promise<{ path: string; text: string }[]> {
  const { tree } = await mergeTrees(repository, one, other, objects);
  const texts: { path: string; text: string }[] = [];
  for (const name of files) {
    const { status, stdout } = await tryGit(repository, ['cat-file', 'blob', `${tree}:${name}`], { env: objects });
    texts.push({ path: name, text: status === 0 ? stdout : '' });
  }
  return texts;
}

/** Puts files of a commit into a worktree; those that it has not are deleted there. */
export async function takeFiles(folder: string, commit: string, files: readonly string[], options: { objects: Readonly<Record<string, string>>; umask: number }): Promise<void> {
  for (const name of files) {
    const there = await tryGit(folder, ['cat-file', '-e', `${commit}:${name}`], { env: options.objects });
    if (there.status !== 0) fs.rmSync(path.join(folder, name), { force: true });
    else await git(folder, ['restore', `--source=${commit}`, '--worktree', '--', `:(literal,top)${name}`], { env: options.objects, umask: options.umask });
  }
}
