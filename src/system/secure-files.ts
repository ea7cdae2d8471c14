/** Folders and files that only their owner can read, written so that a reader sees the old or the new, never a half. */
import {
  chmodSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { storageError } from './storage-error.ts';

/**
 * Makes the folder, with all above it, mode 0700; sets the mode right where the folder is there already.
 * @throws MuxwardError `storage` where it cannot be made or belongs to another user.
 */
export function makePrivateFolder(folder: string): void {
  try {
    makeWithParents(folder);
    checkOwner(folder);
    if ((statSync(folder).mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
  } catch (error) {
    throw error instanceof MuxwardError ? error : storageError('make the folder', folder, error);
  }
}

/** Not mkdir's own `recursive`, which says "no such file" of a read-only file system. */
function makeWithParents(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    const parent = path.dirname(folder);
    if (code !== 'ENOENT' || parent === folder) throw error;
    makeWithParents(parent);
    mkdirSync(folder, { mode: 0o700 });
  }
}

/** A link counts too: in a folder like /tmp another user could have laid it to lead us elsewhere. */
function checkOwner(folder: string): void {
  const me = process.getuid?.();
  if (me === undefined || (lstatSync(folder).uid === me && statSync(folder).uid === me)) return;
  throw new MuxwardError('storage', `the folder ${folder} belongs to another user`, {
    hint: 'run muxward as that user, or set MUXWARD_HOME to a folder of yours',
  });
}

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
