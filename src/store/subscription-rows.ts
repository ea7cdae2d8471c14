/** Which agent wants messages on which topics. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Subscription } from '../core/message.ts';

export class SubscriptionRows {
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #list: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare('INSERT INTO subscriptions (agent, pattern, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
    this.#remove = db.prepare('DELETE FROM subscriptions WHERE agent = :agent AND (:pattern IS NULL OR pattern = :pattern)');
    this.#list = db.prepare('SELECT agent, pattern, at FROM subscriptions ORDER BY rowid');
  }

  add({ agent, pattern, at }: Subscription): void {
    this.#put.run(agent, pattern, at);
  }

  /** All of the agent where `pattern` is null. */
  remove(agent: string, pattern: string | null): void {
    this.#remove.run({ agent, pattern });
  }

  /** Oldest first. */
  list(): Subscription[] {
    return this.#list.all() as unknown as Subscription[];
  }
}
