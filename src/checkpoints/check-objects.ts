/** Are objects of a git store there, and are they what their names say? git itself does not look when it reads them. */
import { createHash, type Hash } from 'node:crypto';
import { git, records } from '../system/git.ts';

const NEWLINE = 0x0a;

/** Every object of a commit: itself, its trees and files. Empty where even these cannot be listed. */
export async function objectsOf(storeDir: string, commit: string): Promise<readonly string[]> {
  const env = { GIT_DIR: storeDir };
  const [tree, listed] = await Promise.all([
    git(storeDir, ['rev-parse', '-q', '--verify', `${commit}^{tree}`], { env }),
    git(storeDir, ['ls-tree', '-r', '-t', '-z', '--format=%(objectname)', commit], { env }),
  ]);
  if (tree.status !== 0 || listed.status !== 0) return [];
  return [...new Set([commit, tree.stdout.toString().trim(), ...records(listed.stdout)])];
}

/** The ones that are missing or damaged. Their content is read once and not held. */
export async function findDamaged(storeDir: string, objects: readonly string[]): Promise<string[]> {
  let left = objects;
  const damaged: string[] = [];
  while (left.length > 0) {
    const reader = new AnswerReader();
    const { status } = await git(storeDir, ['cat-file', '--batch'], {
      env: { GIT_DIR: storeDir },
      input: left.map((name) => `${name}\n`).join(''),
      onStdout: (piece) => reader.take(piece),
    });
    damaged.push(...left.slice(0, reader.answered).filter((name) => !reader.whole.has(name)));
    if (status === 0) break;
    // git gives up at some damaged ones: what stands behind it is asked for anew.
    damaged.push(...left.slice(reader.answered, reader.answered + 1));
    left = left.slice(reader.answered + 1);
  }
  return damaged;
}

/** Reads the answer of `cat-file --batch`, and hashes what it says. */
class AnswerReader {
  /** Objects whose content has the hash that they are called by. */
  readonly whole = new Set<string>();
  answered = 0;
  #header = '';
  #name = '';
  #hash: Hash | null = null;
  /** Bytes of content that are still to come, and the newline behind them. */
  #left = 0;

  take(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) at = this.#hash === null ? this.#takeHeader(piece, at) : this.#takeContent(piece, at, this.#hash);
  }

  #takeHeader(piece: Buffer, at: number): number {
    const end = piece.indexOf(NEWLINE, at);
    this.#header += piece.subarray(at, end === -1 ? piece.length : end).toString('latin1');
    if (end === -1) return piece.length;
    const [name = '', type = '', size] = this.#header.split(' ');
    this.#header = '';
    if (size === undefined) this.answered += 1;
    else {
      this.#name = name;
      this.#left = Number(size) + 1;
      this.#hash = createHash(name.length === 64 ? 'sha256' : 'sha1').update(`${type} ${size}\0`);
    }
    return end + 1;
  }

  #takeContent(piece: Buffer, at: number, hash: Hash): number {
    const end = Math.min(piece.length, at + this.#left);
    hash.update(piece.subarray(at, Math.min(end, at + this.#left - 1)));
    this.#left -= end - at;
    if (this.#left > 0) return end;
    if (hash.digest('hex') === this.#name) this.whole.add(this.#name);
    this.answered += 1;
    this.#hash = null;
    return end;
  }
}
