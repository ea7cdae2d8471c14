/**
 * Rotates a log that another process (`cat >>LOG`, started by tmux) goes on writing, without losing or doubling a byte:
 * the writer is stopped, what it wrote is copied away, the log is emptied, and the writer goes on at its new end.
 */
import fs from 'node:fs';
import { livenessOf, type Identity } from './identity.ts';
import { signalProcess } from './signals.ts';
import { storageError } from './storage-error.ts';

export interface RotationRequest {
  readonly logPath: string;
  /** How many old logs stay: LOG.1 is the newest. */
  readonly keep: number;
  /** Null where nobody writes now. */
  readonly writer: Identity | null;
}

export type RotationOutcome = 'rotated' | 'writer-did-not-stop';

const LOOKS = 200;

/** @throws MuxwardError `storage`, with the log as it was. */
export async function rotateLog({ logPath, keep, writer }: RotationRequest): Promise<RotationOutcome> {
  try {
    if (writer !== null && !(await pause(writer))) return 'writer-did-not-stop';
    const copy = `${logPath}.new`;
    if (keep > 0) {
      fs.copyFileSync(logPath, copy, fs.constants.COPYFILE_FICLONE);
      fs.chmodSync(copy, 0o600);
      for (let n = keep - 1; n >= 1; n -= 1) if (fs.existsSync(`${logPath}.${n}`)) fs.renameSync(`${logPath}.${n}`, `${logPath}.${n + 1}`);
      fs.renameSync(copy, `${logPath}.1`);
    }
    fs.truncateSync(logPath, 0);
    return 'rotated';
  } catch (cause) {
    throw storageError('rotate', logPath, cause);
  } finally {
    if (writer !== null) resumeWriter(writer);
  }
}

/** A daemon that was killed in the middle of a rotation left the writer stopped. */
export function resumeWriter(writer: Identity): void {
  signalProcess(writer, 'SIGCONT');
}

async function pause(writer: Identity): Promise<boolean> {
  if (signalProcess(writer, 'SIGSTOP') !== 'sent') return true;
  for (let look = 0; look < LOOKS; look += 1) {
    const liveness = livenessOf(writer);
    if (liveness !== 'alive') return true;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return false;
}
