/**
 * Rotates a log that another process (`cat >>FILE` behind tmux's pipe-pane) goes on writing, without losing or
 * doubling a byte: the writer is stopped, the file copied and emptied in place, and the writer, which appends,
 * goes on at its beginning. When to rotate is the daemon's to decide.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { constants, copyFile, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { livenessOf, type Identity } from './identity.ts';
import { signalProcess } from './signals.ts';
import { storageError } from '../core/storage-error.ts';

export interface RotationRequest {
  readonly logPath: string;
  /** How many old logs are kept, as `<log>.1` (the newest) … `<log>.<keep>`. */
  readonly keep: number;
  /** Of a log that has grown far beyond this only the newest part is kept, and a line says what was left out. */
  readonly maxBytes?: number;
  /** The process that writes the log, or null where none does. */
  readonly writer: Identity | null;
}

/** `writer-did-not-stop`: it could still be writing, and nothing was done. */
export type RotationOutcome = 'rotated' | 'no-log' | 'writer-did-not-stop';

/** A writer in the middle of a write to a slow disk stops only after it. */
const STOP_WAIT_MS = 1000;

/**
 * Rotates once. Two rotations of one log must not overlap.
 * @throws MuxwardError `storage`, with the log as it was.
 */
export async function rotateLog(request: RotationRequest): Promise<RotationOutcome> {
  const { writer } = request;
  try {
    if (writer !== null && !(await stopWriter(writer))) return 'writer-did-not-stop';
    return await shiftLogs(request);
  } finally {
    if (writer !== null) signalProcess(writer, 'SIGCONT');
  }
}

/** For the start of the daemon: one that was killed in the middle of a rotation left the writer stopped. */
export function resumeWriter(writer: Identity): 'resumed' | 'not-stopped' {
  if (livenessOf(writer) !== 'stopped') return 'not-stopped';
  return signalProcess(writer, 'SIGCONT') === 'sent' ? 'resumed' : 'not-stopped';
}

/** True once the process neither writes nor can begin to: it is stopped, or it is gone. */
async function stopWriter(writer: Identity): Promise<boolean> {
  if (signalProcess(writer, 'SIGSTOP') === 'not-permitted') return false;
  const deadlineMs = performance.now() + STOP_WAIT_MS;
  for (;;) {
    switch (livenessOf(writer)) {
      case 'stopped':
      case 'gone':
      case 'zombie':
      case 'recycled':
        return true;
      default:
        if (performance.now() > deadlineMs) return false;
        await sleep(1);
    }
  }
}

/** Copied faster than any program fills it again, so never cut. */
const ALWAYS_COPIED_BYTES = 32 * 2 ** 20;

async function shiftLogs({ logPath, keep, maxBytes = Infinity }: RotationRequest): Promise<RotationOutcome> {
  const copy = `${logPath}.tmp`;
  try {
    if (!(await isThere(logPath))) return 'no-log';
    if (keep > 0) {
      const { size } = await stat(logPath);
      if (size > Math.max(4 * maxBytes, ALWAYS_COPIED_BYTES)) await copyNewest(logPath, copy, size, maxBytes);
      else await copyWhole(logPath, copy);
      await rm(`${logPath}.${keep}`, { force: true });
      for (let n = keep - 1; n >= 1; n -= 1) await renameIfThere(`${logPath}.${n}`, `${logPath}.${n + 1}`);
      await rename(copy, `${logPath}.1`);
    }
    await truncate(logPath, 0);
    return 'rotated';
  } catch (error) {
    await rm(copy, { force: true }).catch(() => undefined);
    throw storageError('rotate the log', logPath, error);
  }
}

/** The copy is on disk before the original is emptied. */
async function copyWhole(from: string, to: string): Promise<void> {
  await rm(to, { force: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  const file = await open(to, 'r+');
  try {
    await file.chmod(0o600);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** What floods faster than it can be copied would otherwise fill the disk by being copied. */
async function copyNewest(from: string, to: string, size: number, keptBytes: number): Promise<void> {
  await rm(to, { force: true });
  const target = createWriteStream(to, { mode: 0o600, flags: 'wx' });
  target.write(`[muxward: ${size - keptBytes} bytes left out here: they came faster than logs are rotated]\n`);
  await pipeline(createReadStream(from, { start: size - keptBytes }), target);
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
