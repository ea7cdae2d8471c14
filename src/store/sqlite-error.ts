/** What SQLite's errors mean here. */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { storageError } from '../core/storage-error.ts';

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
const SYSTEM_CODE: Readonly<Record<number, string>> = { 8: 'EROFS', 10: 'EIO', 14: 'EACCES' };

function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: number } | null)?.errcode;
  return code === undefined ? undefined : code & 0xff;
}

/** The file is no database, or a broken one. */
export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE_NOTADB || code === SQLITE_CORRUPT;
}

/** For people: what failed and where. What is no error of the disk or of SQLite comes back as it is. */
export function explained(error: unknown, file: string): unknown {
  if (error instanceof MuxwardError) return error;
  if (typeof (error as NodeJS.ErrnoException | null)?.syscall === 'string')
    return storageError('open', file, error);
  const code = primaryCode(error);
  if (code === undefined) return error;
  return storageError(
    'write',
    file,
    error,
    code === SQLITE_FULL ? 'ENOSPC' : (whyNotWritable(file) ?? SYSTEM_CODE[code]),
  );
}

/** SQLite calls it an error of the disk when it cannot make its journal; the system knows better. */
function whyNotWritable(file: string): string | undefined {
  try {
    fs.accessSync(path.dirname(file), fs.constants.W_OK);
    if (fs.existsSync(file)) fs.accessSync(file, fs.constants.W_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** Another process has the lock. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY;
}

/** Damage that SQLite itself makes nothing of. */
export function damage(message: string, kind: 'no-database' | 'corrupt'): Error {
  return Object.assign(new Error(message), { errcode: kind === 'corrupt' ? SQLITE_CORRUPT : SQLITE_NOTADB });
}
