/** Folders that only their owner can enter. What lies in them is written by system/secure-files.ts. */
import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { storageError } from '../core/storage-error.ts';

/**
 * Makes the folder, with all above it, mode 0700; sets the mode right where the folder is there already.
 * @throws MuxwardError `storage` where it cannot be made or belongs to another user.
 */
export function makePrivateFolder(folder: string): void {
  try {
    const isNew = makeWithParents(folder);
    if (!isNew) checkOwner(folder);
    // Also a new one's: a umask may have taken from it. To set it costs less than to look.
    if (isNew || (statSync(folder).mode & 0o777) !== 0o700) chmodSync(folder, 0o700);
  } catch (error) {
    throw error instanceof MuxwardError ? error : storageError('make the folder', folder, error);
  }
}

/**
 * Not mkdir's own `recursive`, which says "no such file" of a read-only file system.
 * True where it was not there and nobody else can have made it.
 */
function makeWithParents(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return false;
    const parent = path.dirname(folder);
    if (code !== 'ENOENT' || parent === folder) throw error;
    makeWithParents(parent);
    makeUnlessThere(folder);
    return false;
  }
}

/** Another process that starts at the same moment may have made it meanwhile. */
function makeUnlessThere(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
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
