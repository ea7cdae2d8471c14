/** The files that one log lies in: NAME.log, where it is written, and NAME.log.1, .2 …, older with each number. */
import fs from 'node:fs';

/** One older file. */
export interface Piece {
  readonly path: string;
  /** Tells it apart when rotation gives it the next number. */
  readonly identity: string;
  readonly size: number;
  readonly modifiedMs: number;
  /** When it got its present name, in nanoseconds. */
  readonly changedNs: bigint;
}

/** The older files, the newest first. A number may be missing for a moment while names are being shifted. */
export function olderPieces(logPath: string): Piece[] {
  const pieces: Piece[] = [];
  for (let number = 1, missing = 0; missing < 2; number += 1) {
    const path = `${logPath}.${number}`;
    const info = statIfThere(path);
    if (info === undefined) {
      missing += 1;
      continue;
    }
    pieces.push({
      path,
      identity: identityOf(info),
      size: Number(info.size),
      modifiedMs: Number(info.mtimeMs),
      changedNs: info.ctimeNs,
    });
  }
  return pieces;
}

/**
 * The inode is not enough: a file system gives that of the file that was dropped to the next copy. Renaming changes
 * neither the time of the last write nor the size.
 */
export function identityOf({ ino, mtimeNs, size }: fs.BigIntStats): string {
  return `${ino}:${mtimeNs}:${size}`;
}

export function statIfThere(path: string): fs.BigIntStats | undefined {
  return fs.statSync(path, { bigint: true, throwIfNoEntry: false });
}

/** Up to `length` bytes at `from`; fewer where the file ends. Nothing where it is not there. */
export function readAt(file: string | number, from: number, length: number): Buffer {
  if (length <= 0) return Buffer.alloc(0);
  if (typeof file === 'number') {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, fs.readSync(file, buffer, 0, length, from));
  }
  const descriptor = openIfThere(file);
  if (descriptor === undefined) return Buffer.alloc(0);
  try {
    return readAt(descriptor, from, length);
  } finally {
    fs.closeSync(descriptor);
  }
}

export function openIfThere(path: string): number | undefined {
  try {
    return fs.openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
