/** Finds the repository of a folder, and what has to be known of it before a worktree is made. Changes nothing. */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { tryGit, type GitOptions } from './git-text.ts';

export interface Repository {
  /** Shared by all its worktrees, absolute. */
  readonly commonDir: string;
  /** Of this checkout. */
  readonly gitDir: string;
  /** Top of the checkout; null for a bare repository. */
  readonly top: string | null;
  /** The folder within it, without a slash at its end. */
  readonly subfolder: string;
  /** Null while it is detached, and for a commit that is not there yet. */
  readonly branch: string | null;
  /** Null before the first commit. */
  readonly commit: string | null;
  /** HEAD is a commit on its way. */
  readonly underway: 'rebase' | 'bisect' | null;
}

/** @throws MuxwardError `usage` where the folder is in no repository. */
export async function openRepository(folder: string, options: GitOptions = {}): Promise<Repository> {
  const asked = ['rev-parse', '--path-format=absolute', '--git-common-dir', '--absolute-git-dir', '--is-bare-repository', '--is-inside-work-tree'];
  const found = await tryGit(folder, asked, options);
  if (found.status !== 0) throw noRepository(folder, found.stderr);
  const [commonDir = '', gitDir = '', bare, inside] = found.stdout.split('\n');
  if (bare !== 'true' && inside !== 'true') throw noRepository(folder, 'it is inside of .git');
  const where = bare === 'true' ? undefined : await tryGit(folder, ['rev-parse', '--path-format=absolute', '--show-toplevel', '--show-prefix'], options);
  const [top = '', prefix = ''] = where?.stdout.split('\n') ?? [];
  const branch = await tryGit(folder, ['symbolic-ref', '--quiet', '--short', 'HEAD'], options);
  return {
    commonDir,
    gitDir,
    top: bare === 'true' ? null : top,
    subfolder: prefix.replace(/\/$/, ''),
    branch: branch.status === 0 ? branch.stdout.trim() : null,
    commit: await commitOf(folder, 'HEAD', options),
    underway: underway(gitDir),
  };
}

/** The commit that a name means; null where it means none. */
export async function commitOf(folder: string, name: string, options: GitOptions = {}): Promise<string | null> {
  const found = await tryGit(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], options);
  return found.status === 0 ? found.stdout.trim() : null;
}

export async function isBranch(folder: string, name: string): Promise<boolean> {
  return (await tryGit(folder, ['show-ref', '--verify', '--quiet', `refs/heads/${name}`])).status === 0;
}

/** Is every commit of the first in the second? */
export async function isAncestor(folder: string, first: string, second: string): Promise<boolean> {
  return (await tryGit(folder, ['merge-base', '--is-ancestor', first, second])).status === 0;
}

export interface Checkout {
  readonly path: string;
  readonly branch: string | null;
  /** Its folder is gone. */
  readonly isGone: boolean;
}

/** All worktrees of a repository, the main one first. A branch that is being rebased there counts as checked out. */
export async function checkoutsOf(commonDir: string): Promise<Checkout[]> {
  const { stdout } = await tryGit(commonDir, ['worktree', 'list', '--porcelain', '-z']);
  return stdout.split('\0\0').flatMap((block) => {
    const lines = block.split('\0');
    const folder = lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length);
    if (folder === undefined || lines.includes('bare')) return [];
    const branch = lines.find((line) => line.startsWith('branch refs/heads/'))?.slice('branch refs/heads/'.length) ?? null;
    return [{ path: folder, branch, isGone: !fs.existsSync(folder) }];
  });
}

function underway(gitDir: string): Repository['underway'] {
  if (['rebase-merge', 'rebase-apply'].some((name) => fs.existsSync(path.join(gitDir, name)))) return 'rebase';
  return fs.existsSync(path.join(gitDir, 'BISECT_LOG')) ? 'bisect' : null;
}

function noRepository(folder: string, said: string): MuxwardError {
  const why = /not a git repository/.test(said) ? 'is in no git repository' : `cannot be used: ${printable(said.trim().split('\n').at(-1)?.replace(/^fatal: /, '') ?? '')}`;
  return new MuxwardError('usage', `--worktree: ${printable(folder)} ${why}`, {
    hint: 'name a folder of one with --cwd, or make one: git init && git add -A && git commit -m start',
  });
}
