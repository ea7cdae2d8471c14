/**
 * Reads what is added to a log, across rotations, without losing or doubling a byte. The daemon rotates by copying:
 * it stops the writer, shifts the numbers, renames a copy of NAME.log to NAME.log.1, empties NAME.log and lets the
 * writer go on. So another file at .1 means: what was not read yet lies there, at the same offset.
 */
import fs from 'node:fs';
import { identityOf, olderPieces, openIfThere, readAt, statIfThere, type Piece } from './log-pieces.ts';

const CHUNK_BYTES = 256 * 1024;
const FINGERPRINT_BYTES = 64;
const EMPTIED_AT_ONCE_MS = 100;

/** Where reading stands. */
export interface LogPosition {
  /** In NAME.log. */
  readonly offset: number;
  /** Which file was NAME.log.1 at that time (identityOf); null where there was none. */
  readonly newest: string | null;
}

export class LogFollower {
  readonly #path: string;
  readonly #onLoss: () => void;
  #offset: number;
  #newest: string | null;
  /** What was read last, just before the offset: finds the place again when the known file is gone. */
  #fingerprint: Buffer;
  /** The newest piece, read to its end, while NAME.log may still hold the same bytes. */
  #copied: Piece | null = null;

  #isInPiece = false;

  /** `onLoss` is called when rotation has removed bytes that were not read yet. */
  constructor(path: string, position: LogPosition, onLoss: () => void = () => undefined) {
    this.#path = path;
    this.#offset = position.offset;
    this.#newest = position.newest;
    this.#onLoss = onLoss;
    this.#fingerprint = readAt(path, Math.max(0, position.offset - FINGERPRINT_BYTES), Math.min(FINGERPRINT_BYTES, position.offset));
  }

  /** What was given last is of an older piece, which may be gone when reading is left here. */
  get isInPiece(): boolean {
    return this.#isInPiece;
  }

  /** Everything that is there and was not read yet. */
  *read(): Generator<Buffer> {
    for (;;) {
      // Read first, look for a rotation afterwards: bytes count only if the file was not emptied meanwhile.
      const bytes = readAt(this.#path, this.#offset, CHUNK_BYTES);
      const size = Number(statIfThere(this.#path)?.size ?? 0n);
      const rotated = this.#rotatedPieces();
      if (rotated.length > 0) {
        yield* this.#finish(rotated);
      } else if (this.#copied !== null) {
        if (!isEmptied(this.#path, this.#copied)) return;
        this.#copied = null;
      } else if (size < this.#offset) {
        // Emptied by somebody else.
        this.#moveTo(0, Buffer.alloc(0));
      } else if (bytes.length > 0) {
        this.#advance(bytes);
        yield bytes;
      } else return;
    }
  }

  /** The pieces that rotation made since the last look, the oldest first. */
  #rotatedPieces(): Piece[] {
    const pieces = olderPieces(this.#path);
    const known = pieces.findIndex(({ identity }) => identity === this.#newest);
    if (known >= 0) return pieces.slice(0, known).toReversed();
    if (pieces.length === 0) return [];
    // What was known has gone beyond the last number, or there was none.
    const start = pieces.findLastIndex((piece) => this.#continuesIn(piece));
    if (start >= 0) return pieces.slice(0, start + 1).toReversed();
    this.#onLoss();
    this.#moveTo(0, Buffer.alloc(0));
    return pieces.toReversed();
  }

  #continuesIn({ path, size }: Piece): boolean {
    if (size < this.#offset) return false;
    const { length } = this.#fingerprint;
    return readAt(path, this.#offset - length, length).equals(this.#fingerprint);
  }

  *#finish(rotated: readonly Piece[]): Generator<Buffer> {
    for (const piece of rotated) {
      const opened = openPiece(this.#path, piece);
      if (opened === undefined) {
        this.#onLoss();
      } else {
        this.#isInPiece = true;
        try {
          yield* this.#rest(opened);
        } finally {
          fs.closeSync(opened);
          this.#isInPiece = false;
        }
      }
      this.#moveTo(0, Buffer.alloc(0));
      this.#newest = piece.identity;
      this.#copied = piece;
      // Here, too, whoever reads may rest.
      yield Buffer.alloc(0);
    }
  }

  *#rest(descriptor: number): Generator<Buffer> {
    for (;;) {
      const bytes = readAt(descriptor, this.#offset, CHUNK_BYTES);
      if (bytes.length === 0) return;
      this.#advance(bytes);
      yield bytes;
    }
  }

  #advance(bytes: Buffer): void {
    const end = Buffer.concat([this.#fingerprint, bytes.subarray(-FINGERPRINT_BYTES)]);
    this.#moveTo(this.#offset + bytes.length, end.subarray(-FINGERPRINT_BYTES));
  }

  #moveTo(offset: number, fingerprint: Buffer): void {
    this.#offset = offset;
    this.#fingerprint = fingerprint;
  }
}

/** Opens the piece under whatever number it has by now. */
function openPiece(logPath: string, { identity }: Piece): number | undefined {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const path = olderPieces(logPath).find((piece) => piece.identity === identity)?.path;
    const descriptor = path === undefined ? undefined : openIfThere(path);
    if (descriptor === undefined) continue;
    if (identityOf(fs.fstatSync(descriptor, { bigint: true })) === identity) return descriptor;
    fs.closeSync(descriptor);
  }
  return undefined;
}

/**
 * True once NAME.log no longer holds what was copied. Nobody writes between the copy and the emptying, so a later
 * write means that it was emptied. Within one tick of the file system's clock the contents decide, and where these are
 * alike too, the time that has passed: the one follows the other at once.
 */
function isEmptied(logPath: string, copied: Piece): boolean {
  const info = statIfThere(logPath);
  if (copied.size === 0 || info === undefined || Number(info.size) < copied.size) return true;
  if (info.mtimeNs !== copied.changedNs) return info.mtimeNs > copied.changedNs;
  const sample = Math.min(copied.size, CHUNK_BYTES);
  if (!readAt(logPath, 0, sample).equals(readAt(copied.path, 0, sample))) return true;
  return Date.now() - Number(copied.changedNs / 1_000_000n) > EMPTIED_AT_ONCE_MS;
}
