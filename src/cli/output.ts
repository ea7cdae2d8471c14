/**
 * Writes to standard output and standard error, all of it and in order. On the file descriptors themselves:
 * `process.stdout` costs 2 ms at start-up, and what it still holds is lost when the process exits.
 */
import fs from 'node:fs';
import { MuxwardError } from '../core/errors.ts';

/** Whoever read standard output has gone (`muxward logs x | head`): a quiet end, not an error. */
export class OutputClosed extends Error {}

/** @throws OutputClosed, or MuxwardError where the file written to has no room. */
export function writeOut(data: string | Uint8Array): void {
  writeAll(1, data);
}

/** Notes, progress and errors. Never fails: there is nowhere left to say so. */
export function writeErr(text: string): void {
  try {
    writeAll(2, text);
  } catch {
    // Nobody reads it.
  }
}

/** True where a person reads the output of descriptor 0, 1 or 2. */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  // Not imported: chalk has it too, and what both share would be one more file to load at start.
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}

function writeAll(descriptor: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  let written = 0;
  while (written < bytes.length) {
    try {
      written += fs.writeSync(descriptor, bytes, written);
    } catch (error) {
      recover(error as NodeJS.ErrnoException);
    }
  }
}

function recover(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') throw new OutputClosed();
  if (error.code !== 'EAGAIN') throw new MuxwardError('failed', `the output could not be written: ${error.message}`, { hint: 'is the disk full that it goes to, or the terminal gone?' });
  // A pipe that somebody else made non-blocking, and that is full.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}
