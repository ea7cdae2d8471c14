/**
 * Brings a tree on disk to what a checkpoint has of it, touching only what differs: neither the other files nor the
 * index of the shadow are looked at, which finds out by itself what has changed, as after anybody's work. Before
 * anything is touched, it is known that all that is needed is whole, and that what is replaced is what was saved.
 */
import fs from 'node:fs';
import path from 'node:path';
import { git, gitDo, gitError } from '../system/git.ts';
import { refuseWritten } from './as-snapshot.ts';
import { distrustIndexState } from './index-state.ts';
import { refuseDamaged, type Difference } from './obstacles.ts';
import { shadowEnv, workIndex, type Shadow } from './shadow.ts';
import { standingAt } from './standing.ts';

/** A tree that can be put back: what is needed is whole, and what will be replaced is saved. */
export interface ReadyTree {
  readonly shadow: Shadow;
  readonly changes: readonly Difference[];
  /** Holds what is to be written, and goes with `endReady`. */
  readonly index: string;
}

/**
 * Touches nothing. `changes` are those from what was saved last to the checkpoint.
 * @throws MuxwardError `refused` where a needed object is damaged (with this hint), `failed` where somebody wrote since.
 */
export async function makeReady(shadow: Shadow, changes: readonly Difference[], hint: string): Promise<ReadyTree> {
  const ready = { shadow, changes, index: workIndex(shadow) };
  try {
    // Both end before the other's failure is told: the index is removed then.
    const [staged, sound] = await Promise.allSettled([stage(ready), refuseDamaged(shadow, changes, hint)]);
    for (const one of [sound, staged]) if (one.status === 'rejected') throw one.reason;
    await refuseWritten(shadow.root.path, changes);
    return ready;
  } catch (error) {
    endReady(ready);
    throw error;
  }
}

/** Killed midway, a new snapshot and the same again finish it. @throws MuxwardError `failed`; the disk is between the two then. */
export async function putBack(ready: ReadyTree, umask: number): Promise<{ readonly changed: number }> {
  const { shadow, changes } = ready;
  try {
    if (changes.length === 0) return { changed: 0 };
    const modes = privateModes(shadow.root.path, changes);
    distrustIndexState(shadow);
    removeGone(shadow.root.path, changes);
    await writeOut(ready, umask);
    for (const [file, mode] of modes) chmodIfThere(file, mode);
    return { changed: changes.length };
  } finally {
    endReady(ready);
  }
}

export function endReady({ index }: Pick<ReadyTree, 'index'>): void {
  for (const file of [index, `${index}.lock`]) fs.rmSync(file, { force: true });
}

/** An index of nothing but what is to be written: git does not come to see the rest. */
async function stage({ shadow, index, changes }: ReadyTree): Promise<void> {
  if (changes.length === 0) return;
  const input = changes.map(({ status, mode, object, name }) => (status === 'D' ? '' : `${mode} ${object}\t${name}\0`)).join('');
  await gitDo(shadow.root.path, ['update-index', '-z', '--index-info'], 'prepare the index', { env: shadowEnv(shadow, index), input });
}

/** Before anything is written: a folder may have to give way to a file. Folders that are empty then go, too. */
function removeGone(root: string, changes: readonly Difference[]): void {
  const folders = new Set<string>();
  for (const { status, name } of changes) {
    if (status !== 'D') continue;
    if (!standingAt(path.join(root, name))?.isDirectory()) fs.rmSync(path.join(root, name), { force: true });
    for (let folder = path.dirname(name); folder !== '.'; folder = path.dirname(folder)) folders.add(folder);
  }
  const deepestFirst = [...folders].toSorted((a, b) => b.length - a.length);
  for (const folder of deepestFirst) removeIfEmpty(path.join(root, folder));
}

function removeIfEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // Something is left in it.
  }
}

async function writeOut({ shadow, index, changes }: ReadyTree, umask: number): Promise<void> {
  if (changes.every(({ status }) => status === 'D')) return;
  const outcome = await git(shadow.root.path, ['checkout-index', '-f', '-a'], { env: shadowEnv(shadow, index), umask });
  // Some versions of git tell a file that could not be written, and end well.
  if (outcome.status !== 0 || /^(fatal|error):/m.test(outcome.stderr)) throw gitError(outcome, 'restore the files', shadow.root.path);
}

/** git knows only whether a file can be executed: what was closed to others stays closed. */
function privateModes(root: string, changes: readonly Difference[]): [file: string, mode: number][] {
  return changes.flatMap(({ status, name, mode }) => {
    if (status !== 'M' || !mode.startsWith('100')) return [];
    const file = path.join(root, name);
    const stat = standingAt(file);
    if (!stat?.isFile() || (stat.mode & 0o077) !== 0) return [];
    return [[file, mode === '100755' ? 0o700 : 0o600] as [string, number]];
  });
}

function chmodIfThere(file: string, mode: number): void {
  try {
    fs.chmodSync(file, mode);
  } catch {
    // Somebody removed it meanwhile.
  }
}
