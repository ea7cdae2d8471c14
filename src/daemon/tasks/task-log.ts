/** What a task's process prints: its end as plain text, and the progress that it tells of itself. */
import fs from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Clock } from '../../core/clock.ts';

const OUTPUT_MAX_BYTES = 64 * 1024;
const LOOK_EVERY_MS = 1000;
/** More than this between two looks is passed over: only the last line of progress counts. */
const READ_MAX_BYTES = 2 ** 20;
const PROGRESS = /^::progress\s+(\d{1,3})(?:\.\d+)?%?(?:\s+(.*))?$/;
const STEP_MAX = 200;

export interface Told {
  readonly percent: number;
  readonly step: string | null;
}

/** The size of a file; 0 where there is none. */
export function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The end of what was printed from `from` on, without colours and without lines of progress. A log that was rotated meanwhile counts from its start. */
export function outputOf(file: string, from: number): string {
  const { text, isCut } = readFrom(file, from, OUTPUT_MAX_BYTES);
  const lines = plainLines(text).slice(isCut ? 1 : 0);
  return lines.filter((line) => !PROGRESS.test(line)).join('\n');
}

/** Of a whole line of plain text; null where it tells none. */
function progressIn(line: string): Told | null {
  const [, percent, step] = PROGRESS.exec(line) ?? [];
  return percent === undefined || Number(percent) > 100 ? null : { percent: Number(percent), step: step === undefined || step.trim() === '' ? null : step.trim().slice(0, STEP_MAX) };
}

/** Calls `onTold` with what the log tells last, once a second where it has grown. The returned function looks a last time and ends that. */
export function followProgress(clock: Clock, file: string, from: number, onTold: (told: Told) => void): () => void {
  let at = from;
  const look = (): void => {
    const size = sizeOf(file);
    if (size === at) return;
    const { text } = readFrom(file, at, READ_MAX_BYTES);
    // What has no end yet is read again.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    at = size - Buffer.byteLength(text) + Buffer.byteLength(whole);
    const told = plainLines(whole).flatMap((line) => progressIn(line) ?? []).at(-1);
    if (told !== undefined) onTold(told);
  };
  const stop = clock.every(LOOK_EVERY_MS, look);
  return () => {
    stop();
    look();
  };
}

function plainLines(text: string): string[] {
  return stripVTControlCharacters(text).replaceAll('\r\n', '\n').split('\n');
}

function readFrom(file: string, from: number, maxBytes: number): { readonly text: string; readonly isCut: boolean } {
  const size = sizeOf(file);
  const start = Math.max(from > size ? 0 : from, size - maxBytes);
  const bytes = Buffer.alloc(size - start);
  if (bytes.length === 0) return { text: '', isCut: false };
  const fd = fs.openSync(file, 'r');
  try {
    const read = fs.readSync(fd, bytes, 0, bytes.length, start);
    return { text: bytes.subarray(0, read).toString(), isCut: start > (from > size ? 0 : from) };
  } finally {
    fs.closeSync(fd);
  }
}
