/** Files that only their owner can read, written so that a reader sees the old or the new, never a half. */
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { storageError } from '../core/storage-error.ts';

/** How a temporary file is named beside the one that it will be. */
const UNFINISHED = /\.[a-z0-9]+\.tmp$/;

export interface WriteOptions {
  /** Wait until the disk has it: for what must survive a power cut. */
  readonly fsync?: boolean;
}

/**
 * Writes a file of mode 0600 by temporary file and rename.
 * @throws MuxwardError `storage`; then the file is as it was.
 */
export function writePrivateFile(file: string, data: string | Uint8Array, options: WriteOptions = {}): void {
  const temporary = `${file}.${Math.random().toString(36).slice(2)}.tmp`;
  try {
    writeThrough(temporary, data, options);
    renameSync(temporary, file);
    if (options.fsync) syncFolder(path.dirname(file));
  } catch (error) {
    removeIfThere(temporary);
    throw storageError('write', file, error);
  }
}

/** Removes what is left there of a writer that was killed before its rename. Only where nobody can be writing now. */
export function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) if (UNFINISHED.test(name)) removeIfThere(path.join(folder, name));
}

function writeThrough(temporary: string, data: string | Uint8Array, options: WriteOptions): void {
  const fd = openSync(temporary, 'wx', 0o600);
  try {
    writeFileSync(fd, data);
    if (options.fsync) fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Tidying up must not hide the error that made it necessary. */
function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The first error says what is wrong here.
  }
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
