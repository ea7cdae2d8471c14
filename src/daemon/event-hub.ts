/** Hands stored events to whoever listens: followers of `events -f`, hooks, the typed listeners in the daemon itself. */
import type { EventType, MuxwardEvent } from '../core/event.ts';

type Listener = (event: MuxwardEvent) => void;

export class EventHub {
  readonly #listeners = new Set<Listener>();

  /** Every event from now on; the returned function ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Events of one type, typed. */
  on<T extends EventType>(type: T, listener: (event: Extract<MuxwardEvent, { type: T }>) => void): () => void {
    return this.subscribe((event) => {
      if (event.type === type) listener(event as Extract<MuxwardEvent, { type: T }>);
    });
  }

  publish(events: readonly MuxwardEvent[]): void {
    for (const event of events) for (const listener of this.#listeners) listener(event);
  }
}
