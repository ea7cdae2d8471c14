/**
 * Opens the state: one SQLite file that this process alone may open for as long as it lives, the lock being the kernel's,
 * so that it ends with the process, however that ends. What is damaged is set aside. What is stored is store.ts.
 */
import fs from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { MIGRATIONS } from './migrations.ts';
import { damage, explained, isBusy, isDamage } from './sqlite-error.ts';
import { Store } from './store.ts';

export type OpenOutcome =
  | { readonly outcome: 'opened'; readonly store: Store }
  /** What was there is no database of ours: it was moved to `damaged`, and this one is empty. */
  | { readonly outcome: 'set-aside'; readonly store: Store; readonly damaged: string }
  /** Another process has it. */
  | { readonly outcome: 'busy' }
  /** Written by a newer muxward, and left as it is. */
  | { readonly outcome: 'newer-schema'; readonly found: number; readonly known: number };

/** Several that open at the same moment can all be refused: each tries again after a while of its own. */
const ATTEMPTS = 5;
const MAX_PAUSE_MS = 40;

/**
 * Nothing else in this process may open the file while the store is open: POSIX takes the lock away when any
 * descriptor of it is closed.
 * @throws MuxwardError `storage` where the disk or the folder refuses it.
 */
export function openStore(file: string): OpenOutcome {
  try {
    for (let attempt = 1; ; attempt += 1) {
      const opened = openOrSetAside(file);
      if (opened.outcome !== 'busy' || attempt === ATTEMPTS) return opened;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Math.random() * MAX_PAUSE_MS);
    }
  } catch (error) {
    throw explained(error, file);
  }
}

function openOrSetAside(file: string): OpenOutcome {
  const inode = inodeOf(file);
  if (inode === undefined) return alone(file, inode, () => openAt(file, makeNew(file)));
  try {
    return openAt(file, inode);
  } catch (error) {
    if (!isDamage(error)) throw error;
    return alone(file, inode, () => beginAnew(file));
  }
}

/**
 * Of several that find the same damage one may move the file away, and nobody the new one that is there then; and nobody
 * may make a new one while another's journal still stands beside its place. So only the holder of the guard (a lock of
 * the kernel's, gone with its process) does either, and only where the file is still the one that was found.
 */
function alone(file: string, found: bigint | undefined, work: () => OpenOutcome): OpenOutcome {
  fs.closeSync(fs.openSync(`${file}.guard`, 'a', 0o600));
  const guard = new DatabaseSync(`${file}.guard`, { timeout: 0 });
  try {
    guard.exec('BEGIN EXCLUSIVE');
    return inodeOf(file) === found ? work() : { outcome: 'busy' };
  } catch (error) {
    if (isBusy(error)) return { outcome: 'busy' };
    throw error;
  } finally {
    guard.close();
  }
}

function beginAnew(file: string): OpenOutcome {
  const damaged = `${file}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  setAside(file, damaged);
  const opened = openAt(file, makeNew(file));
  return opened.outcome === 'opened' ? { outcome: 'set-aside', store: opened.store, damaged } : opened;
}

function inodeOf(file: string): bigint | undefined {
  return fs.statSync(file, { bigint: true, throwIfNoEntry: false })?.ino;
}

/** Never an empty one: a file of no bytes has lost its content. It is whole before it stands there. */
function makeNew(file: string): bigint {
  const fresh = `${file}.new-${process.pid}`;
  fs.rmSync(fresh, { force: true });
  try {
    writeFirstPage(fresh);
    fs.linkSync(fresh, file);
  } finally {
    for (const suffix of ['', '-wal', '-shm', '-journal']) fs.rmSync(fresh + suffix, { force: true });
  }
  return fs.statSync(file, { bigint: true }).ino;
}

function writeFirstPage(file: string): void {
  const db = new DatabaseSync(file);
  try {
    db.exec('PRAGMA journal_mode = WAL');
    fs.chmodSync(file, 0o600);
  } finally {
    db.close();
  }
}

/** SQLite takes a file of no bytes for a new database; ours is never that. What a journal holds is not lost. */
function isEmptied(file: string): boolean {
  return fs.statSync(file).size === 0 && !fs.existsSync(`${file}-wal`);
}

/**
 * Undefined where it is not there: whoever sets it aside has just moved it. SQLite's own way would make an empty one in
 * its place (`mode=rw` does not, sqlite.org/uri.html), which the next would find damaged.
 */
function openThere(file: string): DatabaseSync | undefined {
  const url = pathToFileURL(file);
  url.searchParams.set('mode', 'rw');
  try {
    return new DatabaseSync(url, { timeout: 0 });
  } catch (error) {
    if (fs.existsSync(file)) throw error;
    return undefined;
  }
}

function openAt(file: string, inode: bigint): OpenOutcome {
  const db = openThere(file);
  if (db === undefined) return { outcome: 'busy' };
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    // Its journal would stand beside the file that has taken its place.
    if (inodeOf(file) !== inode) return closed(db, { outcome: 'busy' });
    // Before the journal's mode is set, which writes a first page: who comes next must find the same damage.
    if (isEmptied(file)) throw damage('the file is empty', 'no-database');
    db.exec('ROLLBACK; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE');
    if (inodeOf(file) !== inode) return closed(db, { outcome: 'busy' });
    const found = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (found > MIGRATIONS.length)
      return closed(db, { outcome: 'newer-schema', found, known: MIGRATIONS.length });
    // Before anything is written, so that what is set aside is as it was found.
    const check = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw damage(String(check), 'corrupt');
    for (const step of MIGRATIONS.slice(found)) db.exec(step);
    if (found < MIGRATIONS.length) db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    db.exec('COMMIT');
    fs.chmodSync(file, 0o600);
    return { outcome: 'opened', store: new Store(file, db) };
  } catch (error) {
    db.close();
    // Of a file that another one has moved away meanwhile, with its journal, no error says anything.
    if (isBusy(error) || inodeOf(file) !== inode) return { outcome: 'busy' };
    throw error;
  }
}

function closed(db: DatabaseSync, outcome: OpenOutcome): OpenOutcome {
  db.exec('ROLLBACK');
  db.close();
  return outcome;
}

function setAside(file: string, damaged: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    if (fs.existsSync(file + suffix)) fs.renameSync(file + suffix, damaged + suffix);
  }
}
