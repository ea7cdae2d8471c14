/** Alerts, open and over, and what of an open one only the daemon needs. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { Alert } from '../core/alert.ts';

/** What is kept beside the document, as the alert book hands it over. */
export interface StoredAlert {
  readonly alert: Alert;
  readonly keys: readonly string[];
  /** It ends only when somebody acknowledges it. */
  readonly sticky: boolean;
}

type Rest = Pick<Alert, 'agents' | 'count' | 'lastAt' | 'escalatedAt' | 'silenced' | 'recovers'> & Pick<StoredAlert, 'keys' | 'sticky'>;

const COLUMNS = 'id, at, severity, agent, message, acknowledged_at AS acknowledgedAt, rule, closed_at AS closedAt, rest';

export class AlertRows {
  readonly #put: StatementSync;
  readonly #list: StatementSync;
  readonly #open: StatementSync;
  readonly #find: StatementSync;
  readonly #trim: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(
      `INSERT INTO alerts (id, at, severity, agent, message, acknowledged_at, rule, closed_at, rest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, agent = excluded.agent, message = excluded.message,
         acknowledged_at = excluded.acknowledged_at, closed_at = excluded.closed_at, rest = excluded.rest`,
    );
    this.#list = db.prepare(`SELECT * FROM (SELECT rowid, ${COLUMNS} FROM alerts ORDER BY rowid DESC LIMIT ?) ORDER BY rowid`);
    this.#open = db.prepare(`SELECT ${COLUMNS} FROM alerts WHERE closed_at IS NULL ORDER BY rowid`);
    this.#find = db.prepare(`SELECT ${COLUMNS} FROM alerts WHERE id = ?`);
    this.#trim = db.prepare('DELETE FROM alerts WHERE closed_at IS NOT NULL AND rowid <= (SELECT max(rowid) FROM alerts) - ?');
  }

  put({ alert, keys, sticky }: StoredAlert): void {
    const { id, at, severity, agent, message, acknowledgedAt, rule, closedAt, agents, count, lastAt, escalatedAt, silenced, recovers } = alert;
    const rest: Rest = { agents, count, lastAt, escalatedAt, silenced, recovers, keys, sticky };
    this.#put.run(id, at, severity, agent, message, acknowledgedAt, rule, closedAt, JSON.stringify(rest));
  }

  /** The newest `limit`, oldest first. */
  list(limit: number): Alert[] {
    return this.#list.all(limit).map((row) => alertOf(row).alert);
  }

  /** Those that are not over, acknowledged or not, oldest first. */
  open(): StoredAlert[] {
    return this.#open.all().map(alertOf);
  }

  find(id: string): StoredAlert | undefined {
    const row = this.#find.get(id);
    return row && alertOf(row);
  }

  /** Of those that are over, keeps the newest, about `keep`. */
  trim(keep: number): void {
    this.#trim.run(keep);
  }
}

/** Rows of earlier versions have nothing beside their columns. */
function alertOf(row: Record<string, SQLOutputValue>): StoredAlert {
  const { id, at, severity, agent, message, acknowledgedAt, rule, closedAt } = row as unknown as Alert;
  const rest = JSON.parse(String(row['rest'])) as Partial<Rest>;
  const { agents = agent === null ? [] : [agent], count = 1, lastAt = at, escalatedAt = null, silenced = false, recovers = null, keys = [], sticky = true } = rest;
  return { alert: { id, at, severity, agent, message, acknowledgedAt, rule, agents, count, lastAt, closedAt, escalatedAt, silenced, recovers }, keys, sticky };
}
