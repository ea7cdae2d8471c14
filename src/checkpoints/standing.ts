/** What stands at a path on disk; links are not followed. */
import fs from 'node:fs';

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
