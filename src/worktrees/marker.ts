/** A note in git's own folder of a worktree on what muxward knows of it: a worktree whose agent is forgotten can still be saved whole. */
import fs from 'node:fs';
import path from 'node:path';
import { NAME_PATTERN } from '../core/names.ts';
import type { WorktreePlace } from '../core/worktree.ts';
import { writePrivateFile } from '../system/secure-files.ts';
import { tryGit } from './git-text.ts';

const FILE = 'muxward.json';

export interface Marked {
  readonly agent: string;
  readonly place: WorktreePlace;
}

export async function markWorktree(marked: Marked): Promise<void> {
  const folder = await gitDirOf(marked.place.path);
  if (folder !== undefined) writePrivateFile(path.join(folder, FILE), JSON.stringify(marked));
}

/** Undefined for a folder that is no worktree of muxward's. */
export async function readMarker(worktree: string): Promise<Marked | undefined> {
  const folder = await gitDirOf(worktree);
  if (folder === undefined) return undefined;
  try {
    const marked = JSON.parse(fs.readFileSync(path.join(folder, FILE), 'utf8')) as Marked;
    return marked.place.path === worktree && NAME_PATTERN.test(marked.agent) ? marked : undefined;
  } catch {
    return undefined;
  }
}

async function gitDirOf(worktree: string): Promise<string | undefined> {
  if (!fs.existsSync(path.join(worktree, '.git'))) return undefined;
  const { status, stdout } = await tryGit(worktree, ['rev-parse', '--absolute-git-dir']);
  return status === 0 ? stdout.trim() : undefined;
}
