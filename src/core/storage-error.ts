/** Turns a system's refusal to read or write a path into an error that says which path, why, and what to do. */
import { MuxwardError } from './errors.ts';

const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free some space (see df), or set MUXWARD_HOME to a folder on another disk'],
  EDQUOT: ['your disk quota is used up', 'free some space, or set MUXWARD_HOME to a folder on another disk'],
  EROFS: ['the file system is read-only', 'set MUXWARD_HOME to a folder on a writable file system'],
  EACCES: [
    'it is not writable for you',
    'check its owner and mode (ls -ld), or set MUXWARD_HOME to a folder of yours',
  ],
  EPERM: [
    'it is not writable for you',
    'check its owner and flags (ls -ld, lsattr), or set MUXWARD_HOME to a folder of yours',
  ],
  ENOTDIR: ['a part of its path is no folder', 'move that file away, or set MUXWARD_HOME to another folder'],
  EEXIST: ['something else is there', 'move that file away, or set MUXWARD_HOME to another folder'],
  EISDIR: ['a folder is there', 'move that folder away, or set MUXWARD_HOME to another folder'],
  ENOENT: ['its folder is gone', 'create it again, or set MUXWARD_HOME to another folder'],
  ENAMETOOLONG: ['its path is too long', 'set MUXWARD_HOME to a folder on a shorter path'],
  ELOOP: ['its path holds a loop of symbolic links', 'mend the links, or set MUXWARD_HOME to another folder'],
  EMFILE: ['too many files are open', 'raise the limit (ulimit -n) and start the daemon again'],
  ENFILE: ['too many files are open on this machine', 'close some programs, or raise fs.file-max'],
  EIO: [
    'the disk reports an error',
    'check the disk (dmesg), or set MUXWARD_HOME to a folder on another one',
  ],
};

/** `doing` continues "cannot …": `write`, `create`. `code` is taken from `cause` where it has one. */
export function storageError(doing: string, path: string, cause: unknown, code?: string): MuxwardError {
  const systemCode = code ?? (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  const [reason, hint] = REASONS[systemCode] ?? [
    cause instanceof Error ? cause.message : 'the system refused it',
    'check the path and the disk, or set MUXWARD_HOME to another folder',
  ];
  return new MuxwardError('storage', `cannot ${doing} ${path}: ${reason}`, { hint, cause });
}
