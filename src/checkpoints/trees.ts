/** All trees of one checkpoint: the agent's own and the repositories nested in it, each saved and held by a ref. */
import fs from 'node:fs';
import path from 'node:path';
import type { CheckpointRoot, Skipped } from '../core/checkpoint.ts';
import { writePrivateFile } from '../system/secure-files.ts';
import { readHead, type Root } from './find-root.ts';
import { changeRefs, commitTree, keeperRef, refOf } from './refs.ts';
import { openShadow, type Shadow } from './shadow.ts';
import { takeSnapshot, type Snapshot, type SnapshotOptions } from './snapshot.ts';

/** Repositories within repositories within …: beyond this they are told, not saved. */
const MAX_DEPTH = 3;
const MAX_NESTED = 50;

export interface SavedTree {
  readonly shadow: Shadow;
  readonly snapshot: Snapshot & { readonly tries: number };
}

export interface TreePlaces {
  /** The folder of shadows. */
  readonly shadows: string;
  /** Muxward's home, which is never saved itself. */
  readonly home: string;
}

/** Snapshots of the tree and of what is nested in it; the tree itself comes first. */
export async function saveTrees(places: TreePlaces, root: Root, options: SnapshotOptions): Promise<{ trees: SavedTree[]; skipped: Skipped[] }> {
  const trees: SavedTree[] = [];
  const skipped: Skipped[] = [];
  const save = async (one: Root, depth: number): Promise<void> => {
    const shadow = openShadow(places.shadows, one, places.home);
    const { also, ...own } = options;
    const inside = (also ?? []).map((file) => path.relative(one.path, file)).filter((file) => file !== '' && !file.startsWith('..'));
    const snapshot = await takeSnapshot(shadow, inside.length === 0 ? own : { ...own, also: inside });
    trees.push({ shadow, snapshot });
    for (const name of snapshot.nested) {
      const nested = path.join(one.path, name);
      if (depth >= MAX_DEPTH || trees.length > MAX_NESTED) skipped.push({ path: nested, why: 'nested-too-deep', bytes: null });
      else await save({ path: nested, repository: null }, depth + 1);
    }
  };
  await save(root, 0);
  return { trees, skipped };
}

/** Commits each tree; refs are still to be made. */
export async function commitTrees(trees: readonly SavedTree[], agent: string, id: string, at: Date, umask: number): Promise<CheckpointRoot[]> {
  return Promise.all(
    trees.map(async ({ shadow, snapshot }, i) => {
      const commit = await commitOf(shadow, snapshot, at, umask);
      return {
        path: shadow.root.path,
        kind: shadow.root.repository === null ? 'folder' : 'repository',
        gitDir: shadow.storeDir,
        ref: i === 0 ? refOf(agent, id) : `${refOf(agent, id)}-${i}`,
        commit,
        tree: snapshot.tree,
        changed: snapshot.changed.length,
        bytes: snapshot.bytes,
        skipped: snapshot.skipped,
        head: readHead(shadow.root),
      } as const;
    }),
  );
}

/** Makes the refs, and lets the keeper of each shadow follow. */
export async function holdTrees(trees: readonly SavedTree[], roots: readonly CheckpointRoot[], umask: number): Promise<void> {
  const stores = new Map<string, Map<string, string>>();
  for (const [i, root] of roots.entries()) {
    const changes = stores.get(root.gitDir) ?? new Map<string, string>();
    changes.set(root.ref, root.commit);
    const tree = trees[i];
    if (tree && tree.snapshot.index === tree.shadow.index) changes.set(keeperRef(tree.shadow.folder), root.commit);
    stores.set(root.gitDir, changes);
  }
  await Promise.all([...stores].map(([storeDir, changes]) => changeRefs(storeDir, changes, umask)));
}

/** The same tree has the same commit for as long as its keeper holds it. */
async function commitOf(shadow: Shadow, { tree, index }: Snapshot, at: Date, umask: number): Promise<string> {
  const file = path.join(shadow.folder, 'commit.json');
  const known = readKnown(file);
  if (known?.tree === tree) return known.commit;
  const commit = await commitTree(shadow.storeDir, tree, at, umask);
  if (index === shadow.index) writePrivateFile(file, JSON.stringify({ tree, commit }));
  return commit;
}

function readKnown(file: string): { tree: string; commit: string } | null {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as { tree: string; commit: string };
  } catch {
    return null;
  }
}

/** Removes indexes that serve one piece of work only. */
export function tidyTrees(trees: readonly SavedTree[]): void {
  for (const { shadow, snapshot } of trees) if (snapshot.index !== shadow.index) fs.rmSync(snapshot.index, { force: true });
}
