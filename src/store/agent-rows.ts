/** Rows of agents: the specification, and a record whose shape is the daemon's. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { AgentSpec } from '../core/agent.ts';

export interface AgentRow {
  readonly name: string;
  readonly id: string;
  readonly spec: AgentSpec;
  readonly record: unknown;
}

/** A row to be written; without `spec` only the record of an agent that is there is replaced. */
export type AgentChange = Omit<AgentRow, 'spec'> & { readonly spec: AgentSpec | null };

export class AgentRows {
  readonly #put: StatementSync;
  readonly #putRecord: StatementSync;
  readonly #remove: StatementSync;
  readonly #all: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(
      `INSERT INTO agents (name, id, spec, record) VALUES (?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET id = excluded.id, spec = excluded.spec, record = excluded.record`,
    );
    this.#putRecord = db.prepare('UPDATE agents SET record = ? WHERE name = ?');
    this.#remove = db.prepare('DELETE FROM agents WHERE name = ?');
    this.#all = db.prepare('SELECT name, id, spec, record FROM agents ORDER BY rowid');
  }

  putMany(changes: readonly AgentChange[]): void {
    for (const { name, id, spec, record } of changes) {
      if (spec === null) this.#putRecord.run(JSON.stringify(record), name);
      else this.#put.run(name, id, JSON.stringify(spec), JSON.stringify(record));
    }
  }

  remove(name: string): void {
    this.#remove.run(name);
  }

  /** In the order in which they were first stored. */
  all(): AgentRow[] {
    return this.#all.all().map((row) => ({
      name: String(row['name']),
      id: String(row['id']),
      spec: JSON.parse(String(row['spec'])) as AgentSpec,
      record: JSON.parse(String(row['record'])) as unknown,
    }));
  }
}
