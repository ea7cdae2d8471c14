/** Makes the home folder, and says in words why that cannot be done. */
import fs from 'node:fs';
import { MuxwardError } from '../core/errors.ts';

/** @throws MuxwardError `storage` that names the folder and the reason. */
export function makeHome(home: string): void {
  try {
    fs.mkdirSync(home, { recursive: true, mode: 0o700 });
    fs.accessSync(home, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    throw storageError(home, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  ENOTDIR: 'part of the path is a file',
  EEXIST: 'it is a file',
  ENAMETOOLONG: 'the path is too long',
};

/** The error for a file or folder of the home that could not be written. */
export function storageError(what: string, error: unknown): MuxwardError {
  const { code = 'unknown error', message } = error as NodeJS.ErrnoException;
  const hint =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'make room there (muxward cleanup removes old logs), or choose another home: --home DIR or MUXWARD_HOME'
      : 'choose a folder of yours: --home DIR or MUXWARD_HOME';
  return new MuxwardError('storage', `${what} cannot be written: ${REASONS[code] ?? message}`, { hint, cause: error });
}
