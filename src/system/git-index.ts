/** Copies of git's index, for looking at a work tree without touching the user's own. */
import fs from 'node:fs';

/**
 * Copies an index together with its time. git compares files by time in whole seconds and by size; a file that is as old
 * as the index is read all the same ("racy git"). A copy that looked younger would hide what changed in that second.
 */
export function copyIndex(from: string, to: string): void {
  const { atime, mtime } = fs.statSync(from);
  fs.copyFileSync(from, to);
  fs.utimesSync(to, atime, mtime);
}
