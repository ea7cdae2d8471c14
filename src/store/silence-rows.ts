/** Silences of alerts. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Silence } from '../core/alert.ts';

export class SilenceRows {
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #list: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare('INSERT INTO silences (id, silence) VALUES (?, ?)');
    this.#remove = db.prepare('DELETE FROM silences WHERE id = ?');
    this.#list = db.prepare('SELECT silence FROM silences ORDER BY rowid');
  }

  add(silence: Silence): void {
    this.#put.run(silence.id, JSON.stringify(silence));
  }

  remove(id: string): void {
    this.#remove.run(id);
  }

  /** Oldest first, also those that are over. */
  list(): Silence[] {
    return this.#list.all().map(({ silence }) => JSON.parse(String(silence)) as Silence);
  }
}
