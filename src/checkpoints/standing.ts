/** What stands at a path on disk; links are not followed. */
import fs from 'node:fs';
import path from 'node:path';

/** Undefined where nothing does, also where a part of the path is no folder. */
export function standingAt(file: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** A folder that has become a link: what lies behind it is no part of this tree. `known` spares looking twice. */
export function isWithinRealFolders(root: string, name: string, known: Map<string, boolean>): boolean {
  const folder = path.dirname(name);
  if (folder === '.') return true;
  const before = known.get(folder);
  if (before !== undefined) return before;
  const isLink = standingAt(path.join(root, folder))?.isSymbolicLink() ?? false;
  const isReal = !isLink && isWithinRealFolders(root, folder, known);
  known.set(folder, isReal);
  return isReal;
}
