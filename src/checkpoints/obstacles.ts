/** What a restore would change, and what stands in its way on disk. Nothing is touched here. */
import fs from 'node:fs';
import path from 'node:path';
import type { CheckpointRoot } from '../core/checkpoint.ts';
import { MuxwardError } from '../core/errors.ts';
import { formatSize } from '../core/units.ts';
import { gitDo, records } from '../system/git.ts';
import { findDamaged } from './check-objects.ts';
import { shadowEnv, type Shadow } from './shadow.ts';
import type { Snapshot } from './snapshot.ts';
import { standingAt } from './standing.ts';

/** Of one file, from now to then. */
export interface Difference {
  /** A is only there then, D only now; M and T are on both sides. */
  readonly status: string;
  readonly name: string;
  /** What it is now. */
  readonly before: string;
  readonly modeBefore: string;
  /** What it is then. */
  readonly object: string;
  readonly mode: string;
}

/** What stands on disk where the checkpoint puts something, and is not in the snapshot of now. */
export interface Obstacles {
  /** Ignored files: saved when they are named. Relative. */
  readonly savable: readonly string[];
  /** Too large, unreadable, or a repository. In words. */
  readonly inTheWay: readonly string[];
}

/** What differs between the snapshot of now and the checkpoint. */
export async function findDifferences(shadow: Shadow, now: Pick<Snapshot, 'tree'>, target: CheckpointRoot): Promise<Difference[]> {
  if (now.tree === target.tree) return [];
  const command = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--full-index', now.tree, target.tree];
  const fields = records(await gitDo(shadow.root.path, command, 'compare', { env: shadowEnv(shadow) }));
  const found: Difference[] = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [modeBefore = '', mode = '', before = '', object = '', status = ''] = (fields[i] ?? '').split(' ');
    found.push({ status: status.slice(0, 1), name: fields[i + 1] ?? '', before, modeBefore: modeBefore.replace(':', ''), object, mode });
  }
  return found;
}

/** @throws MuxwardError `refused`, with this hint, where what a restore needs is missing or damaged. */
export async function refuseDamaged(shadow: Shadow, changes: readonly Difference[], hint: string): Promise<void> {
  const needed = [...new Set(changes.flatMap(({ status, object }) => (status === 'D' ? [] : [object])))];
  const damaged = needed.length === 0 ? [] : await findDamaged(shadow.storeDir, needed);
  if (damaged.length === 0) return;
  throw new MuxwardError('refused', `${damaged.length === 1 ? 'a file' : `${damaged.length} files`} of the checkpoint in ${shadow.root.path} cannot be read: damaged or missing`, { hint });
}

/** Looks what a restore would meet. */
export function findObstacles({ root }: Shadow, now: Snapshot, changes: readonly Difference[]): Obstacles {
  const skipped = new Map(now.skipped.map((one) => [one.path, one]));
  const savable = new Set<string>();
  const inTheWay: string[] = [];
  for (const { status, name } of changes) {
    if (status !== 'A') continue;
    const repository = now.nested.find((nested) => nested === name || nested.startsWith(`${name}/`));
    if (repository !== undefined) inTheWay.push(`${path.join(root.path, repository)} (a repository)`);
    for (const file of repository === undefined ? inPlaceOf(root.path, name) : []) {
      const unsaved = skipped.get(file);
      if (unsaved === undefined) savable.add(file);
      else inTheWay.push(`${path.join(root.path, file)} (${unsaved.why === 'too-large' ? formatSize(unsaved.bytes ?? 0) : 'unreadable'})`);
    }
  }
  return { savable: [...savable], inTheWay };
}

/** Files on disk at that place: itself, what lies in it where it is a folder, or a file where it needs a folder. */
export function inPlaceOf(root: string, name: string): string[] {
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
