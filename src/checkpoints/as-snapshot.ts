/** Is what a restore will replace or remove still what was saved? By its content: what was written since must not be lost. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { inPlaceOf, type Difference } from './obstacles.ts';
import { isWithinRealFolders, standingAt } from './standing.ts';

/** Larger ones are read piece by piece, and after as many bytes others have their turn. */
const AT_ONCE_BYTES = 2 ** 20;
const FILES_A_BREATH = 100;

/** @throws MuxwardError `failed` where somebody wrote to what is about to be replaced or removed. */
export async function refuseWritten(root: string, changes: readonly Difference[]): Promise<void> {
  const saved = new Saved(root, changes);
  let bytes = 0;
  for (const [i, change] of changes.entries()) {
    const written = change.status === 'A' ? saved.otherThan(change.name) : (await saved.isAsBefore(change)) ? undefined : change.name;
    if (written !== undefined) {
      throw new MuxwardError('failed', `${printable(path.join(root, written))} was written while its folder was being restored`, { hint: 'end what writes there, and try again' });
    }
    bytes += standingAt(path.join(root, change.name))?.size ?? 0;
    if (bytes > AT_ONCE_BYTES || i % FILES_A_BREATH === FILES_A_BREATH - 1) {
      bytes = 0;
      await breath();
    }
  }
}

class Saved {
  readonly #root: string;
  /** What is known of a file that goes, by its name and by that without case. */
  readonly #leaving = new Map<string, string>();
  readonly #names = new Set<string>();
  readonly #folders = new Map<string, boolean>();

  constructor(root: string, changes: readonly Difference[]) {
    this.#root = root;
    for (const { status, name } of changes) {
      if (status !== 'A') this.#names.add(name);
      if (status === 'D') this.#leaving.set(name.toLowerCase(), name);
    }
  }

  /** What stands in place of a new file, and is not among what is checked anyway. */
  otherThan(name: string): string | undefined {
    return inPlaceOf(this.#root, name).find((file) => !this.#names.has(file) && !this.#isLeaving(file));
  }

  /** Where the file system is blind to case, a file that only changes the case of its name stands at its new place, too. */
  #isLeaving(file: string): boolean {
    const other = this.#leaving.get(file.toLowerCase());
    const [one, same] = [standingAt(path.join(this.#root, file)), other === undefined ? undefined : standingAt(path.join(this.#root, other))];
    return one !== undefined && one.ino === same?.ino && one.dev === same.dev;
  }

  async isAsBefore({ status, name, before, modeBefore }: Difference): Promise<boolean> {
    const file = path.join(this.#root, name);
    const stat = standingAt(file);
    // Where it is gone there is nothing to lose; who removes leaves folders as they are, who writes does not.
    if (stat === undefined || stat.isDirectory()) return status === 'D' || this.otherThan(name) === undefined;
    if (!isWithinRealFolders(this.#root, name, this.#folders)) return false;
    if (modeBefore === '120000') return stat.isSymbolicLink() && hashOf(before, fs.readlinkSync(file, 'buffer')) === before;
    if (!stat.isFile()) return false;
    if (stat.size <= AT_ONCE_BYTES) return hashOf(before, fs.readFileSync(file)) === before;
    const hash = begin(before, stat.size);
    for await (const piece of fs.createReadStream(file, { highWaterMark: AT_ONCE_BYTES })) hash.update(piece as Buffer);
    return hash.digest('hex') === before;
  }
}

function hashOf(like: string, content: Buffer): string {
  return begin(like, content.length).update(content).digest('hex');
}

/** git's hash of a file; how long its names are tells which one it uses. */
function begin(like: string, bytes: number): ReturnType<typeof createHash> {
  return createHash(like.length === 64 ? 'sha256' : 'sha1').update(`blob ${bytes}\0`);
}
