/** Reads what was appended to a file of one JSON document a line since the last look, whole lines only. */
import fs from 'node:fs';
import { JsonLines } from '../../agents/claude/json-lines.ts';

/** So much at once: a long transcript does not have to fit into memory. */
const PIECE_BYTES = 1 << 20;

export class GrowingFile {
  readonly path: string;
  #lines = new JsonLines();
  #readTo: number;

  /** @param from where to begin: the start of a line */
  constructor(path: string, from = 0) {
    this.path = path;
    this.#readTo = from;
  }

  /** Where the first line begins that was not given yet. */
  get offset(): number {
    return this.#readTo - this.#lines.pending;
  }

  /** New lines in portions. A file that is not there has none; one that became shorter is read from its start. */
  *read(): Generator<string[]> {
    const size = fs.statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < this.#readTo) {
      this.#readTo = 0;
      this.#lines = new JsonLines();
    }
    if (size === this.#readTo) return;
    const file = fs.openSync(this.path, 'r');
    try {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - this.#readTo));
      for (let got = this.#piece(file, piece); got > 0; got = this.#piece(file, piece)) {
        const lines = this.#lines.push(Buffer.from(piece.subarray(0, got)));
        if (lines.length > 0) yield lines;
      }
    } finally {
      fs.closeSync(file);
    }
  }

  #piece(file: number, into: Buffer): number {
    const got = fs.readSync(file, into, 0, into.length, this.#readTo);
    this.#readTo += got;
    return got;
  }
}

/** The start of a line, at least `bytes` before the end of the file, or its beginning. */
export function nearEnd(path: string, bytes: number): number {
  const size = fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= bytes) return 0;
  const file = fs.openSync(path, 'r');
  try {
    const piece = Buffer.alloc(Math.min(size, bytes));
    const from = size - piece.length;
    fs.readSync(file, piece, 0, piece.length, from);
    const newline = piece.indexOf(0x0a);
    return newline === -1 ? 0 : from + newline + 1;
  } finally {
    fs.closeSync(file);
  }
}
