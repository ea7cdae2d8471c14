/**
 * Texts under their hash, compressed: what two checkpoints have in common lies there once. A long text that only grows
 * (a transcript) is kept in large pieces and, at its end, small ones, so that a new line costs little.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { makePrivateFolder } from '../config/private-folder.ts';
import { MuxwardError } from '../core/errors.ts';
import type { Piece } from '../core/checkpoint.ts';
import { writePrivateFile } from '../system/secure-files.ts';

const LARGE = 2 ** 20;
const SMALL = 2 ** 16;

const compress = promisify(zlib.zstdCompress);
const decompress = promisify(zlib.zstdDecompress);

export const WHICH_ARE_WHOLE = 'muxward checkpoint verify tells which ones are whole';

export class Pieces {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** `written` are the bytes that it took on disk; 0 where it was there already. @throws MuxwardError `storage` */
  async put(text: Buffer): Promise<{ readonly piece: Piece; readonly written: number }> {
    const piece = { hash: hashOf(text), bytes: text.length };
    const file = this.#file(piece.hash);
    if (fs.existsSync(file)) return { piece, written: 0 };
    makePrivateFolder(this.#folder);
    const packed = await compress(text);
    writePrivateFile(file, packed, { fsync: true });
    return { piece, written: packed.length };
  }

  /** A long text in pieces. */
  async putLong(text: Buffer): Promise<{ readonly pieces: readonly Piece[]; readonly written: number }> {
    const pieces: Piece[] = [];
    let written = 0;
    for (let at = 0; at < text.length; ) {
      const size = text.length - at >= LARGE ? LARGE : SMALL;
      const put = await this.put(text.subarray(at, at + size));
      pieces.push(put.piece);
      written += put.written;
      at += size;
    }
    return { pieces, written };
  }

  /** @throws MuxwardError `failed` where it is missing or damaged. */
  async get({ hash, bytes }: Piece): Promise<Buffer> {
    let text: Buffer;
    try {
      text = await decompress(fs.readFileSync(this.#file(hash)));
    } catch (cause) {
      throw new MuxwardError('failed', `the piece ${hash.slice(0, 12)} is missing or damaged`, { cause, hint: WHICH_ARE_WHOLE });
    }
    if (text.length === bytes && hashOf(text) === hash) return text;
    throw new MuxwardError('failed', `the piece ${hash.slice(0, 12)} is not what was saved`, { hint: WHICH_ARE_WHOLE });
  }

  async getLong(pieces: readonly Piece[]): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (const piece of pieces) parts.push(await this.get(piece));
    return Buffer.concat(parts);
  }

  /** Removes what is not in `used`, and what was left half written. Gives the bytes that came free. */
  sweep(used: ReadonlySet<string>): number {
    if (!fs.existsSync(this.#folder)) return 0;
    let freed = 0;
    for (const name of fs.readdirSync(this.#folder)) {
      if (used.has(name)) continue;
      const file = path.join(this.#folder, name);
      freed += fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      fs.rmSync(file, { force: true });
    }
    return freed;
  }

  #file(hash: string): string {
    return path.join(this.#folder, hash);
  }
}

export function hashOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
