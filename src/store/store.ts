/** The state on disk, by what is kept of it. What the rows mean is their users' business; how the file is opened is open-store.ts. */
import type { DatabaseSync } from 'node:sqlite';
import { AgentRows } from './agent-rows.ts';
import { AlertRows } from './alert-rows.ts';
import { DeliveryRows } from './delivery-rows.ts';
import { CostRows } from './cost-rows.ts';
import { EventRows } from './event-rows.ts';
import { MessageRows } from './message-rows.ts';
import { SampleRows } from './sample-rows.ts';
import { SilenceRows } from './silence-rows.ts';
import { SubscriptionRows } from './subscription-rows.ts';
import { TaskRows } from './task-rows.ts';
import { explained } from './sqlite-error.ts';

export class Store {
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly agents: AgentRows;
  readonly events: EventRows;
  readonly alerts: AlertRows;
  readonly deliveries: DeliveryRows;
  readonly silences: SilenceRows;
  readonly samples: SampleRows;
  readonly costs: CostRows;
  readonly messages: MessageRows;
  readonly subscriptions: SubscriptionRows;
  readonly tasks: TaskRows;

  constructor(file: string, db: DatabaseSync) {
    this.#file = file;
    this.#db = db;
    this.agents = new AgentRows(db);
    this.events = new EventRows(db);
    this.alerts = new AlertRows(db);
    this.deliveries = new DeliveryRows(db);
    this.silences = new SilenceRows(db);
    this.samples = new SampleRows(db);
    this.costs = new CostRows(db);
    this.messages = new MessageRows(db);
    this.subscriptions = new SubscriptionRows(db);
    this.tasks = new TaskRows(db);
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
      throw explained(error, this.#file);
    }
  }

  close(): void {
    this.#db.close();
  }
}
