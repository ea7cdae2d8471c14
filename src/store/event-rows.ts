/** The audit trail: appended, read, and trimmed at its old end. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { MuxwardEvent } from '../core/event.ts';

export interface EventQuery {
  readonly agent?: string;
  /** ISO 8601: from then on. */
  readonly since?: string;
  /** The newest of those that fit. */
  readonly limit: number;
}

export class EventRows {
  readonly #append: StatementSync;
  readonly #last: StatementSync;
  readonly #list: StatementSync;
  readonly #trim: StatementSync;

  constructor(db: DatabaseSync) {
    this.#append = db.prepare('INSERT INTO events (at, type, agent, data) VALUES (?, ?, ?, ?)');
    this.#last = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM events');
    this.#list = db.prepare(
      `SELECT * FROM (
         SELECT seq, at, type, agent, data FROM events
         WHERE (:agent IS NULL OR agent = :agent) AND (:since IS NULL OR at >= :since)
         ORDER BY seq DESC LIMIT :limit
       ) ORDER BY seq`,
    );
    this.#trim = db.prepare('DELETE FROM events WHERE seq <= (SELECT max(seq) FROM events) - ?');
  }

  /** Returns the number of the last one; they are numbered in a row. */
  append(events: readonly Omit<MuxwardEvent, 'seq'>[]): number {
    let last = events.length === 0 ? Number(this.#last.get()?.['seq']) : 0;
    for (const { at, type, agent, data } of events) {
      last = Number(this.#append.run(at, type, agent, JSON.stringify(data)).lastInsertRowid);
    }
    return last;
  }

  /** Oldest first. */
  list({ agent, since, limit }: EventQuery): MuxwardEvent[] {
    const rows = this.#list.all({ agent: agent ?? null, since: since ?? null, limit });
    return rows.map(
      (row) => ({ ...row, data: JSON.parse(String(row['data'])) as unknown }) as unknown as MuxwardEvent,
    );
  }

  /** Keeps the newest `keep`. */
  trim(keep: number): void {
    this.#trim.run(keep);
  }
}
