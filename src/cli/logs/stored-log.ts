/** What a log holds already: which of its files and lines were asked for, and where following goes on. */
import fs from 'node:fs';
import type { LogPosition } from './log-follower.ts';
import { identityOf, olderPieces, openIfThere, readAt, statIfThere } from './log-pieces.ts';

const BLOCK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** What of the stored log is wanted; null: no bound. */
export interface StoredSelection {
  /** The last so many lines. */
  readonly lines: number | null;
  readonly sinceMs: number | null;
  readonly untilMs: number | null;
}

/** One older file, opened, so that rotation cannot take it away. */
interface StoredPiece {
  readonly descriptor: number;
  readonly start: number;
  /** Everything in it was written until then. */
  readonly untilMs: number;
}

export interface StoredLog {
  /** The oldest first. The caller closes their descriptors. */
  readonly pieces: readonly StoredPiece[];
  /** Where to go on in NAME.log, through a LogFollower. */
  readonly position: LogPosition;
  /** So much was there from that position on. */
  readonly bytes: number;
  /** When NAME.log was last written; null where it is not there. */
  readonly writtenMs: number | null;
}

interface Part extends StoredPiece {
  readonly sinceMs: number;
  readonly size: number;
}

/** Opens what was asked for; looks again where a rotation came between. */
export function openStoredLog(logPath: string, selection: StoredSelection): StoredLog {
  for (;;) {
    const opened = tryOpen(logPath, selection);
    if (opened !== undefined) return opened;
  }
}

function tryOpen(logPath: string, selection: StoredSelection): StoredLog | undefined {
  const newest = newestPiece(logPath);
  const older = openOlder(logPath);
  const current = openIfThere(logPath);
  const info = current === undefined ? undefined : fs.fstatSync(current);
  const last: Part | undefined =
    current === undefined || info === undefined
      ? undefined
      : { descriptor: current, start: 0, size: info.size, sinceMs: older.at(-1)?.untilMs ?? 0, untilMs: info.mtimeMs };
  const all = last === undefined ? older : [...older, last];
  const wanted = lastLines(all.filter((part) => isWithin(part, selection)), selection.lines);
  const offset = wanted.find((part) => part.descriptor === current)?.start ?? last?.size ?? 0;
  const pieces = wanted.filter((part) => part.descriptor !== current);
  for (const { descriptor } of all) if (!pieces.some((piece) => piece.descriptor === descriptor)) fs.closeSync(descriptor);
  if (newestPiece(logPath) === newest) return { pieces, position: { offset, newest }, bytes: (last?.size ?? 0) - offset, writtenMs: info?.mtimeMs ?? null };
  for (const { descriptor } of pieces) fs.closeSync(descriptor);
  return undefined;
}

function newestPiece(logPath: string): string | null {
  const info = statIfThere(`${logPath}.1`);
  return info === undefined ? null : identityOf(info);
}

function openOlder(logPath: string): Part[] {
  const parts: Part[] = [];
  for (const { path, size, modifiedMs } of olderPieces(logPath).toReversed()) {
    const descriptor = openIfThere(path);
    if (descriptor === undefined) continue;
    parts.push({ descriptor, start: 0, size, sinceMs: parts.at(-1)?.untilMs ?? 0, untilMs: modifiedMs });
  }
  return parts;
}

/** Only the times of whole files are known: one that overlaps is shown whole. */
function isWithin(part: Part, { sinceMs, untilMs }: StoredSelection): boolean {
  return (sinceMs === null || part.untilMs >= sinceMs) && (untilMs === null || part.sinceMs <= untilMs);
}

function lastLines(parts: readonly Part[], lines: number | null): Part[] {
  if (lines === null) return [...parts];
  const kept: Part[] = [];
  let missing = lines;
  for (const part of lines === 0 ? [] : parts.toReversed()) {
    const { start, found, isComplete } = startOfLines(part, missing, kept.length === 0);
    kept.unshift({ ...part, start });
    missing -= found;
    // Not as soon as none is missing: the first one may have begun in an older file.
    if (isComplete) break;
  }
  return kept;
}

interface LinesStart {
  readonly start: number;
  readonly found: number;
  /** The newline before the first wanted line was found. */
  readonly isComplete: boolean;
}

/** Where the last `wanted` lines of a part begin, and how many there are. The newline at the very end opens no line. */
function startOfLines({ descriptor, size }: Part, wanted: number, isLast: boolean): LinesStart {
  const endsOpen = size > 0 && readAt(descriptor, size - 1, 1)[0] !== NEWLINE;
  // The last line of all counts whether a newline ends it or not.
  let found = isLast && size > 0 ? 1 : 0;
  let end = isLast && !endsOpen ? size - 1 : size;
  while (end > 0) {
    const from = Math.max(0, end - BLOCK_BYTES);
    const block = readAt(descriptor, from, end - from);
    for (let at = block.lastIndexOf(NEWLINE); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(NEWLINE, at - 1)) {
      if (found === wanted) return { start: from + at + 1, found, isComplete: true };
      found += 1;
    }
    end = from;
  }
  return { start: 0, found, isComplete: false };
}
