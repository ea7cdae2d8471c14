/**
 * Brings a shadow's index to what lies on disk, and makes a tree of it. The user's index, branch, stash and hooks are
 * not touched. What is not saved (too large, unreadable) is told, never passed over.
 */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import type { Skipped } from '../core/checkpoint.ts';
import { formatSize } from '../core/units.ts';
import { git, gitDo, gitError, records } from '../system/git.ts';
import { copyIndex } from '../system/git-index.ts';
import { seedIndex } from './seed-index.ts';
import { shadowEnv, workIndex, type Shadow } from './shadow.ts';
import { isWithinRealFolders, standingAt } from './standing.ts';
import { readIndexState, signatureOf, writeIndexState, type IndexState } from './index-state.ts';

export interface SnapshotOptions {
  /** Also what `.gitignore` leaves out. */
  readonly ignored: boolean;
  readonly maxFileBytes: number;
  /** Of everything that is new, together. */
  readonly maxBytes: number;
  readonly umask: number;
  /** Files that are saved though they are ignored. */
  readonly also?: readonly string[];
}

export interface Snapshot {
  readonly tree: string;
  readonly changed: readonly string[];
  readonly bytes: number;
  readonly skipped: readonly Skipped[];
  /** Repositories within, relative: each is a tree of its own. */
  readonly nested: readonly string[];
  /** The index of that tree. */
  readonly index: string;
}

const MAX_FILES = 200_000;

/** Files may change while they are read: so often is it tried, at last without what the index knows. */
const TRIES = 3;

/**
 * `tries` tells how often it took: more than once means that somebody wrote meanwhile.
 * @throws MuxwardError `failed`, or `refused` where it would be too much.
 */
export async function takeSnapshot(shadow: Shadow, options: SnapshotOptions): Promise<Snapshot & { readonly tries: number }> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { ...(await tryOnce(shadow, options, tries === TRIES)), tries };
    } catch (error) {
      if (tries === TRIES || !(error instanceof MuxwardError) || error.code !== 'failed' || /No space left|quota/.test(error.message)) throw error;
    }
  }
}

async function tryOnce(shadow: Shadow, options: SnapshotOptions, afresh: boolean): Promise<Snapshot> {
  if (afresh) forgetIndex(shadow);
  else if (!fs.existsSync(shadow.index)) await seed(shadow);
  const state = readIndexState(shadow);
  const found = await look(shadow, options, state);
  const sorted = sortOut(shadow, found, options);
  if (sorted.add.length + sorted.drop.length === 0 && state !== null && state.index === signatureOf(shadow.index)) {
    return { tree: state.tree, changed: [], bytes: 0, skipped: sorted.skipped, nested: found.nested, index: shadow.index };
  }
  refuseTooMuch(shadow, sorted.bytes, sorted.add.length, options);
  return { ...(await write(shadow, { ...sorted, insisted: found.insisted }, options)), nested: found.nested };
}

async function seed(shadow: Shadow): Promise<void> {
  const index = workIndex(shadow);
  await seedIndex(shadow, index);
  if (fs.existsSync(index)) fs.renameSync(index, shadow.index);
}

function forgetIndex({ folder, index }: Shadow): void {
  for (const file of [index, path.join(folder, 'state.json')]) fs.rmSync(file, { force: true });
}

interface Found {
  /** Untracked, changed and deleted ones, and whether the index has them. */
  readonly names: ReadonlyMap<string, 'tracked' | 'untracked'>;
  /** In the index, though ignored: once they were not. */
  readonly outgrown: readonly string[];
  readonly nested: readonly string[];
  /** What the user has put under git though it is ignored. */
  readonly insisted: readonly string[];
}

/** One pass over tree and index. */
async function look(shadow: Shadow, { ignored, also = [] }: SnapshotOptions, known: IndexState | null): Promise<Found> {
  const env = shadowEnv(shadow);
  const list = async (...what: string[]): Promise<string[]> => records(await gitDo(shadow.root.path, ['ls-files', '-z', ...what], 'look through the files', { env }));
  const [listed, insisted] = await Promise.all([
    list('-t', '-m', '-d', '-o', ...(ignored ? [] : ['--exclude-standard'])),
    ignored ? [] : trackedThoughIgnored(shadow, known),
  ]);
  const names = new Map(listed.map((record) => [record.slice(2), record.startsWith('?') ? 'untracked' : 'tracked'] as const));
  const nested = [...names.keys()].filter((name) => name.endsWith('/'));
  for (const name of nested) names.delete(name);
  // git does not tell a repository that stands where the index has a file.
  for (const [name, how] of names) if (how === 'tracked' && fs.existsSync(path.join(shadow.root.path, name, '.git'))) nested.push(`${name}/`);
  const wanted = new Set([...insisted, ...also]);
  const mayHaveOutgrown = !ignored && (known === null || known.userIndex === '' || also.length > 0 || [...names.keys()].some(isIgnoreFile));
  const nowIgnored = new Set(mayHaveOutgrown ? await list('-i', '-c', '--exclude-standard') : []);
  const outgrown = [...nowIgnored].filter((name) => !wanted.has(name));
  for (const name of outgrown) names.delete(name);
  const isNew = known === null || insisted !== known.insisted || also.length > 0;
  for (const name of isNew ? wanted : (known.absent ?? [])) if (!nowIgnored.has(name) && standingAt(path.join(shadow.root.path, name))) names.set(name, 'untracked');
  return { names, outgrown, nested: nested.map((name) => name.slice(0, -1)), insisted };
}

function isIgnoreFile(name: string): boolean {
  return name === '.gitignore' || name.endsWith('/.gitignore');
}

/** What the user's own index has though it is ignored: looked for when that index has changed. */
async function trackedThoughIgnored({ root }: Shadow, known: IndexState | null): Promise<readonly string[]> {
  if (root.repository === null) return [];
  if (known !== null && known.userIndex === signatureOf(path.join(root.repository.gitDir, 'index'))) return known.insisted;
  const { status, stdout } = await git(root.path, ['ls-files', '-z', '-i', '-c', '--exclude-standard']);
  return status === 0 ? records(stdout) : [];
}

interface Sorted {
  readonly add: readonly string[];
  readonly drop: readonly string[];
  readonly skipped: readonly Skipped[];
  readonly bytes: number;
}

/** Gone files go along with `add`: git drops what is not there. */
function sortOut({ root }: Shadow, { names, outgrown }: Found, { maxFileBytes }: SnapshotOptions): Sorted {
  const [add, drop, skipped]: [string[], string[], Skipped[]] = [[], [...outgrown], []];
  const folders = new Map<string, boolean>();
  let bytes = 0;
  for (const [name, known] of names) {
    const file = path.join(root.path, name);
    const stat = standingAt(file);
    const why = stat === undefined || !stat.isFile() ? null : stat.size > maxFileBytes ? 'too-large' : isReadable(file) ? null : 'unreadable';
    if (why !== null) skipped.push({ path: name, why, bytes: stat?.size ?? null });
    if (why === null && !stat?.isDirectory() && isWithinRealFolders(root.path, name, folders)) {
      add.push(name);
      bytes += stat?.size ?? 0;
    } else if (known === 'tracked') drop.push(name);
  }
  return { add, drop, skipped, bytes };
}

function isReadable(file: string): boolean {
  try {
    fs.accessSync(file, fs.constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function refuseTooMuch({ root }: Shadow, bytes: number, files: number, { maxBytes }: SnapshotOptions): void {
  if (bytes <= maxBytes && files <= MAX_FILES) return;
  throw new MuxwardError('refused', `${root.path} is too much for a checkpoint: ${files} new files of ${formatSize(bytes)}`, {
    hint: 'leave out what can be made again by a .gitignore, or raise checkpoint.max_size in config.yaml',
  });
}

/** On a copy of the index, which takes its place only when it is whole. */
async function write(shadow: Shadow, { add, drop, skipped, bytes, insisted }: Sorted & Pick<Found, 'insisted'>, options: SnapshotOptions): Promise<Omit<Snapshot, 'nested'>> {
  const index = workIndex(shadow);
  if (fs.existsSync(shadow.index)) copyIndex(shadow.index, index);
  const [env, { umask }] = [shadowEnv(shadow, index), options];
  try {
    if (drop.length > 0) await update(shadow, ['--force-remove'], drop, env, umask);
    await update(shadow, ['-q', '--refresh', '--add', '--remove', '--replace'], add, env, umask);
    const tree = (await gitDo(shadow.root.path, ['write-tree'], 'write the tree', { env, umask })).toString().trim();
    // An index with ignored files in it would have them saved for ever.
    const isLasting = !options.ignored && options.also === undefined;
    if (isLasting) adopt(shadow, index, tree, insisted);
    return { tree, changed: add, bytes, skipped, index: isLasting ? shadow.index : index };
  } catch (error) {
    fs.rmSync(index, { force: true });
    throw error;
  }
}

async function update(shadow: Shadow, flags: readonly string[], names: readonly string[], env: Record<string, string>, umask: number): Promise<void> {
  const input = names.map((name) => `${name}\0`).join('');
  const outcome = await git(shadow.root.path, ['update-index', ...flags, '-z', '--stdin'], { env, input, umask });
  if (outcome.status !== 0) throw gitError(outcome, 'save the files', shadow.root.path);
}

/** From now on the shadow's own. */
function adopt(shadow: Shadow, index: string, tree: string, insisted: readonly string[]): void {
  fs.renameSync(index, shadow.index);
  const { repository, path: root } = shadow.root;
  const userIndex = repository === null ? '' : signatureOf(path.join(repository.gitDir, 'index'));
  const absent = insisted.filter((name) => standingAt(path.join(root, name)) === undefined);
  writeIndexState(shadow, { tree, index: signatureOf(shadow.index), userIndex, insisted, absent });
}
