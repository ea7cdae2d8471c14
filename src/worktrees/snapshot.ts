/**
 * The files of a checkout as they are now, as a tree of git: through an index of its own, so that the user's index,
 * stash and hooks are left alone. Ignored files are left out.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { copyIndex } from '../system/git-index.ts';
import { readStat } from '../system/process-table.ts';
import { git, tryGit } from './git-text.ts';

export interface Snapshot {
  readonly tree: string;
  /** What is staged, where that is another tree; null where it is not, or where a merge is under way. */
  readonly staged: string | null;
}

/**
 * @param env GIT_* variables: objects may go to a place of their own
 * @throws MuxwardError `failed` with what git said
 */
export async function snapshot(top: string, env: Readonly<Record<string, string>> = {}): Promise<Snapshot> {
  return await withIndex(async (index) => {
    const own = await git(top, ['rev-parse', '--path-format=absolute', '--git-path', 'index']);
    // A copy and not `read-tree`: with what it knows of files, those that did not change are not read.
    if (fs.existsSync(own)) copyIndex(own, index);
    const options = { env: { ...env, GIT_INDEX_FILE: index } };
    const staged = await tryGit(top, ['write-tree'], options);
    await git(top, ['add', '--all', '--', '.'], options);
    const tree = await git(top, ['write-tree'], options);
    const other = staged.status === 0 && staged.stdout.trim() !== tree ? staged.stdout.trim() : null;
    return { tree, staged: other };
  });
}

/** A tree of these files alone, ignored or not; paths are relative to the top. */
export async function treeOf(top: string, names: readonly string[]): Promise<string> {
  return await withIndex(async (index) => {
    const options = { env: { GIT_INDEX_FILE: index } };
    await git(top, ['add', '--force', '--pathspec-from-file=-', '--pathspec-file-nul'], { ...options, input: names.map((name) => `:(literal)${name}`).join('\0') });
    return await git(top, ['write-tree'], options);
  });
}

const SCRATCH = 'muxward-index-';
const swept = { done: false };

async function withIndex<T>(use: (index: string) => Promise<T>): Promise<T> {
  sweepOnce();
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), `${SCRATCH}${process.pid}-`));
  try {
    return await use(path.join(scratch, 'index'));
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true });
  }
}

/** What a daemon that was killed in the middle left there: folders named for a process that is gone, and ours to remove. */
function sweepOnce(): void {
  if (swept.done) return;
  swept.done = true;
  for (const name of fs.readdirSync(os.tmpdir())) {
    const pid = Number(new RegExp(`^${SCRATCH}(\\d+)-`).exec(name)?.[1] ?? 0);
    const folder = path.join(os.tmpdir(), name);
    if (pid === 0 || readStat(pid) !== 'gone' || fs.lstatSync(folder, { throwIfNoEntry: false })?.uid !== process.getuid?.()) continue;
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
