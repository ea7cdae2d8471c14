/**
 * Brings a tree on disk to what a checkpoint has of it, touching only what differs. Nothing is overwritten that was not
 * saved first: what stands in the way and is in no checkpoint is told before anything is touched.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { CheckpointRoot } from '../core/checkpoint.ts';
import { MuxwardError } from '../core/errors.ts';
import { formatSize } from '../core/units.ts';
import { git, gitDo, gitError, records } from '../system/git.ts';
import { findDamaged } from './check-objects.ts';
import { shadowEnv, workIndex, type Shadow } from './shadow.ts';
import { standingAt } from './standing.ts';
import { adopt, type Snapshot } from './snapshot.ts';
import { copyIndex } from '../system/git-index.ts';

/** What stands on disk where the checkpoint puts something, and is not in the snapshot of now. */
export interface Obstacles {
  /** Ignored files: saved when they are named. Relative. */
  readonly savable: readonly string[];
  /** Too large or unreadable. In words. */
  readonly inTheWay: readonly string[];
  readonly changes: readonly Difference[];
}

/** Of one file, from now to then. */
interface Difference {
  readonly status: string;
  readonly name: string;
  readonly object: string;
  readonly mode: string;
}

async function differences(shadow: Shadow, from: string, to: string): Promise<Difference[]> {
  if (from === to) return [];
  const env = shadowEnv(shadow);
  const fields = records(await gitDo(shadow.root.path, ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--full-index', from, to], 'compare', { env }));
  const found: Difference[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [, mode = '', , object = '', status = ''] = (fields[i] ?? '').split(' ');
    found.push({ status: status.slice(0, 1), name: fields[i + 1] ?? '', object, mode });
  }
  return found;
}

/** Looks what a restore would meet. @throws MuxwardError `refused` where what it needs is damaged. */
export async function findObstacles(shadow: Shadow, now: Snapshot, target: CheckpointRoot): Promise<Obstacles> {
  const changes = await differences(shadow, now.tree, target.tree);
  const needed = [...new Set(changes.flatMap(({ status, object }) => (status === 'D' ? [] : [object])))];
  const damaged = needed.length === 0 ? [] : await findDamaged(shadow.storeDir, needed);
  if (damaged.length > 0) throw new MuxwardError('refused', `${damaged.length} files of the checkpoint in ${target.path} are damaged`, { hint: 'muxward checkpoint verify tells which checkpoints are whole' });
  const skipped = new Map(now.skipped.map((one) => [one.path, one]));
  const savable = new Set<string>();
  const inTheWay: string[] = [];
  for (const { status, name } of changes) {
    if (status !== 'A') continue;
    for (const file of inPlaceOf(shadow.root.path, name)) {
      const unsaved = skipped.get(file);
      if (unsaved === undefined) savable.add(file);
      else inTheWay.push(`${path.join(shadow.root.path, file)} (${unsaved.why === 'too-large' ? formatSize(unsaved.bytes ?? 0) : 'unreadable'})`);
    }
  }
  return { savable: [...savable], inTheWay, changes };
}

/** Files on disk at that place: itself, what lies in it where it is a folder, or a file where it needs a folder. */
function inPlaceOf(root: string, name: string): string[] {
  const parts = name.split('/');
  for (let n = 1; n < parts.length; n += 1) {
    const parent = parts.slice(0, n).join('/');
    const stat = standingAt(path.join(root, parent));
    if (stat === undefined) return [];
    if (!stat.isDirectory()) return [parent];
  }
  const stat = standingAt(path.join(root, name));
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [name];
  const inside = fs.readdirSync(path.join(root, name), { recursive: true, withFileTypes: true });
  return inside.filter((entry) => !entry.isDirectory()).map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

export interface RestoreRequest {
  readonly target: CheckpointRoot;
  /** As `findObstacles` found them for this very snapshot. */
  readonly changes: readonly Difference[];
  readonly umask: number;
}

/**
 * `now` is the snapshot that the disk was just brought to. Killed midway, the same again finishes it.
 * @throws MuxwardError `failed`; then the disk is what it was, or between the two.
 */
export async function restoreTree(shadow: Shadow, now: Snapshot, { target, changes, umask }: RestoreRequest): Promise<{ readonly changed: number }> {
  if (changes.length === 0) return { changed: 0 };
  const modes = privateModes(shadow.root.path, changes);
  const index = workIndex(shadow);
  copyIndex(now.index, index);
  try {
    const env = shadowEnv(shadow, index);
    const outcome = await git(shadow.root.path, ['read-tree', '-m', '-u', now.tree, target.tree], { env, umask });
    if (outcome.status !== 0) throw gitError(outcome, 'restore the files', shadow.root.path);
    for (const [file, mode] of modes) chmodIfThere(file, mode);
    if (now.index === shadow.index) adopt(shadow, index, target.tree);
    return { changed: changes.length };
  } finally {
    for (const file of [index, `${index}.lock`]) fs.rmSync(file, { force: true });
  }
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
