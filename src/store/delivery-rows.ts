/** What channels were told, and are still to be told: it survives the daemon. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Delivery } from '../core/alert.ts';

export class DeliveryRows {
  readonly #put: StatementSync;
  readonly #unfinished: StatementSync;
  readonly #of: StatementSync;
  readonly #trim: StatementSync;

  constructor(db: DatabaseSync) {
    this.#put = db.prepare(
      `INSERT INTO deliveries (id, at, state, alert, delivery) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, delivery = excluded.delivery`,
    );
    this.#unfinished = db.prepare("SELECT delivery FROM deliveries WHERE state IN ('pending', 'held') ORDER BY rowid");
    this.#of = db.prepare('SELECT delivery FROM deliveries WHERE alert = ? ORDER BY rowid');
    this.#trim = db.prepare("DELETE FROM deliveries WHERE state NOT IN ('pending', 'held') AND rowid <= (SELECT max(rowid) FROM deliveries) - ?");
  }

  put(delivery: Delivery): void {
    this.#put.run(delivery.id, delivery.at, delivery.state, delivery.alert, JSON.stringify(delivery));
  }

  /** Oldest first. */
  unfinished(): Delivery[] {
    return this.#unfinished.all().map(({ delivery }) => JSON.parse(String(delivery)) as Delivery);
  }

  /** Of one alert, oldest first. */
  of(alert: string): Delivery[] {
    return this.#of.all(alert).map(({ delivery }) => JSON.parse(String(delivery)) as Delivery);
  }

  /** Of those that are finished, keeps the newest, about `keep`. */
  trim(keep: number): void {
    this.#trim.run(keep);
  }
}
