/** What `worktree list` tells of one, and what an agent changed since it began. Only looks. */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import type { ChangedFile, WorktreeDiff, WorktreeInfo, WorktreePlace } from '../core/worktree.ts';
import { git, tryGit } from './git-text.ts';
import { commitOf } from './repository.ts';
import { changedCopies, isKeptElsewhere, savedRefs } from './save.ts';
import { snapshot } from './snapshot.ts';

type Numbers = Pick<WorktreeInfo, 'ahead' | 'behind' | 'changedFiles' | 'unsaved' | 'problem'>;

const UNKNOWN: Numbers = { ahead: null, behind: null, changedFiles: null, unsaved: null, problem: null };

export async function lookAt(agent: string, state: string, place: WorktreePlace): Promise<WorktreeInfo> {
  const { path: folder, repository, branch, base } = place;
  const saved = fs.existsSync(repository) ? await savedRefs(repository, agent) : [];
  return { agent, state, path: folder, repository, branch, base, ...(await numbersOf(place)), saved };
}

async function numbersOf(place: WorktreePlace): Promise<Numbers> {
  if (!fs.existsSync(place.repository)) return { ...UNKNOWN, problem: 'its repository is gone' };
  if (!fs.existsSync(path.join(place.path, '.git'))) return { ...UNKNOWN, problem: 'its folder is gone; start makes it again' };
  try {
    const head = await commitOf(place.path, 'HEAD');
    const [changed, [ahead, behind], kept] = await Promise.all([
      changedFiles(place),
      head === null ? [null, null] : distance(place, head),
      head === null || isKeptElsewhere(place, head),
    ]);
    return { ahead, behind, changedFiles: changed, unsaved: changed > 0 || !kept, problem: null };
  } catch (error) {
    if (!(error instanceof MuxwardError)) throw error;
    return { ...UNKNOWN, problem: error.message };
  }
}

async function changedFiles(place: WorktreePlace): Promise<number> {
  const status = await git(place.path, ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames']);
  return status.split('\0').filter((entry) => entry !== '').length + changedCopies(place).length;
}

async function distance({ path: folder, base, baseCommit }: WorktreePlace, head: string): Promise<[number | null, number | null]> {
  const from = (await commitOf(folder, base)) ?? baseCommit;
  const counted = await tryGit(folder, ['rev-list', '--left-right', '--count', `${from}...${head}`]);
  const [behind, ahead] = counted.stdout.trim().split('\t').map(Number);
  return counted.status === 0 ? [ahead ?? null, behind ?? null] : [null, null];
}

/** All changes since the branch left its base: committed, staged, unstaged and untracked. @throws MuxwardError */
export async function diffOf(agent: string, place: WorktreePlace): Promise<WorktreeDiff> {
  const { path: folder, base, branch } = place;
  if (!fs.existsSync(path.join(folder, '.git'))) throw missing(agent, place);
  const { tree } = await snapshot(folder);
  const start = await startOf(place);
  const [names, patch] = await Promise.all([
    git(folder, ['diff-tree', '-r', '-z', '--name-status', '--no-renames', start, tree]),
    git(folder, ['diff', '--no-color', '--no-ext-diff', start, tree]),
  ]);
  return { agent, branch, base, files: filesIn(names), patch: patch === '' ? '' : `${patch}\n` };
}

/** Where the branch left its base: the base may have gone on since. */
export async function startOf({ path: folder, base, baseCommit }: WorktreePlace): Promise<string> {
  const found = await tryGit(folder, ['merge-base', 'HEAD', base]);
  return found.status === 0 ? found.stdout.trim() : baseCommit;
}

/** Of `--name-status -z`. */
export function filesIn(nameStatus: string): ChangedFile[] {
  const fields = nameStatus.split('\0');
  const files: ChangedFile[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) files.push({ status: fields[i] ?? '', path: fields[i + 1] ?? '' });
  return files;
}

/** For whoever needs the folder. */
function missing(agent: string, { path: folder }: WorktreePlace): MuxwardError {
  return new MuxwardError('failed', `${agent}: its worktree ${printable(folder)} is gone`, { hint: `muxward start ${agent} makes it again from its branch` });
}
