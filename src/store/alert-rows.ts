/** Alerts, open and acknowledged. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Alert } from '../core/protocol.ts';

export class AlertRows {
  readonly #put: StatementSync;
  readonly #list: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(
      `INSERT INTO alerts (id, at, severity, agent, message, acknowledged_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET acknowledged_at = excluded.acknowledged_at`,
    );
    this.#list = db.prepare(
      'SELECT id, at, severity, agent, message, acknowledged_at AS acknowledgedAt FROM alerts ORDER BY rowid',
    );
  }

  put({ id, at, severity, agent, message, acknowledgedAt }: Alert): void {
    this.#put.run(id, at, severity, agent, message, acknowledgedAt);
  }

  /** Oldest first. */
  list(): Alert[] {
    return this.#list.all() as unknown as Alert[];
  }
}
