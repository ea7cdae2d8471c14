/** What the parts of the mailbox share: the rows, and waking those who wait for a message. */
import type { Store } from '../../store/store.ts';
import type { Registry } from '../registry.ts';

export class MessageChanges {
  readonly registry: Registry;
  readonly store: Store;
  #count = 0;

  constructor(registry: Registry, store: Store) {
    this.registry = registry;
    this.store = store;
  }

  /** Now, as it is stored. */
  now(): string {
    return this.registry.clock.now().toISOString();
  }

  /** All of `work` is stored, or nothing of it; then those who wait look again. @throws MuxwardError `storage` */
  commit<T>(work: () => T): T {
    const result = this.store.transaction(work);
    this.#count += 1;
    this.registry.notice();
    return result;
  }

  /** Looks after each change of messages until `test` holds; false where the time is over, or `signal` fired. */
  until(test: () => boolean, timeoutMs: number | null, signal: AbortSignal): Promise<boolean> {
    let seen = -1;
    const look = (): boolean => {
      if (seen === this.#count) return false;
      seen = this.#count;
      return test();
    };
    return this.registry.until(look, timeoutMs, signal);
  }
}
