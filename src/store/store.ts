/**
 * The state on disk: one SQLite file that this process alone may open for as long as it lives. The lock is the kernel's,
 * so that it ends with the process, however that ends. What the rows mean is their users' business.
 */
import fs from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { MuxwardError } from '../core/errors.ts';
import { storageError } from '../system/storage-error.ts';
import { AgentRows } from './agent-rows.ts';
import { AlertRows } from './alert-rows.ts';
import { EventRows } from './event-rows.ts';
import { MIGRATIONS } from './migrations.ts';

export type OpenOutcome =
  | { readonly outcome: 'opened'; readonly store: Store }
  /** What was there is no database of ours: it was moved to `damaged`, and this one is empty. */
  | { readonly outcome: 'set-aside'; readonly store: Store; readonly damaged: string }
  /** Another process has it. */
  | { readonly outcome: 'busy' }
  /** Written by a newer muxward, and left as it is. */
  | { readonly outcome: 'newer-schema'; readonly found: number; readonly known: number };

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;
const SYSTEM_CODE: Readonly<Record<number, string>> = { 8: 'EROFS', 10: 'EIO', [SQLITE_FULL]: 'ENOSPC', 14: 'EACCES' };

/** @throws MuxwardError `storage` where the disk or the folder refuses it. */
export function openStore(path: string): OpenOutcome {
  try {
    return openAt(path);
  } catch (error) {
    if (!isDamage(error)) throw explained(error, path);
    const damaged = `${path}.damaged-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
    setAside(path, damaged);
    const opened = openAt(path);
    return opened.outcome === 'opened' ? { outcome: 'set-aside', store: opened.store, damaged } : opened;
  }
}

function openAt(path: string): OpenOutcome {
  refuseEmptied(path);
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    db.exec('BEGIN EXCLUSIVE');
    const found = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (found > MIGRATIONS.length) {
      db.exec('ROLLBACK');
      db.close();
      return { outcome: 'newer-schema', found, known: MIGRATIONS.length };
    }
    for (const step of MIGRATIONS.slice(found)) db.exec(step);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
    const check = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    if (check !== 'ok') throw Object.assign(new Error(String(check)), { errcode: SQLITE_CORRUPT });
    fs.chmodSync(path, 0o600);
    return { outcome: 'opened', store: new Store(path, db) };
  } catch (error) {
    db.close();
    if (primaryCode(error) === SQLITE_BUSY) return { outcome: 'busy' };
    throw error;
  }
}

/** SQLite takes a file of no bytes for a new database; ours is never that, so its content was lost. */
function refuseEmptied(path: string): void {
  const stat = fs.statSync(path, { throwIfNoEntry: false });
  const hasJournal = fs.existsSync(`${path}-wal`);
  if (stat?.size === 0 && !hasJournal) throw Object.assign(new Error('the file is empty'), { errcode: SQLITE_NOTADB });
}

function setAside(path: string, damaged: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (fs.existsSync(path + suffix)) fs.renameSync(path + suffix, damaged + suffix);
  }
}

function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: number } | null)?.errcode;
  return code === undefined ? undefined : code & 0xff;
}

function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE_NOTADB || code === SQLITE_CORRUPT;
}

function explained(error: unknown, path: string): unknown {
  const code = primaryCode(error);
  if (code === undefined || error instanceof MuxwardError) return error;
  return storageError('write', path, error, SYSTEM_CODE[code]);
}

export class Store {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly agents: AgentRows;
  readonly events: EventRows;
  readonly alerts: AlertRows;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
    this.agents = new AgentRows(db);
    this.events = new EventRows(db);
    this.alerts = new AlertRows(db);
  }

  /** All of `work` or nothing of it. @throws MuxwardError `storage`, with the state as it was. */
  transaction<T>(work: () => T): T {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw explained(error, this.#path);
    }
  }

  close(): void {
    this.#db.close();
  }
}
