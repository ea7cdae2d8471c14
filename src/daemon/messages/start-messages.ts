/** Wires messages: what an agent that is forgotten leaves unread, what waits for its time, and what was long dealt with. */
import type { Store } from '../../store/store.ts';
import type { EventHub } from '../event-hub.ts';
import type { Registry } from '../registry.ts';
import { DeadLetters } from './dead-letters.ts';
import { Mailbox } from './mailbox.ts';
import { MessageChanges } from './message-changes.ts';
import { MessagePlaces } from './message-places.ts';

export interface Messages {
  readonly mailbox: Mailbox;
  readonly deadLetters: DeadLetters;
  readonly places: MessagePlaces;
  stop(): void;
}

export interface MessagesOptions {
  readonly registry: Registry;
  readonly store: Store;
  readonly hub: EventHub;
  readonly onError: (what: string, error: unknown) => void;
}

/** Of messages that are acknowledged or dead, so many are kept. */
const KEPT = 10_000;
const TRIM_EVERY = 1000;

export function startMessages({ registry, store, hub, onError }: MessagesOptions): Messages {
  const changes = new MessageChanges(registry, store);
  const deadLetters = new DeadLetters(changes, onError);
  deadLetters.findOrphans();
  deadLetters.look();
  store.messages.trim(KEPT);
  let queued = 0;
  hub.on('message.queued', () => {
    queued += 1;
    if (queued % TRIM_EVERY === 0) store.messages.trim(KEPT);
    deadLetters.look();
  });
  hub.on('agent.removed', ({ agent, at }) => {
    if (agent !== null) deadLetters.forget(agent, at);
  });
  return { mailbox: new Mailbox(changes, deadLetters.look), deadLetters, places: new MessagePlaces(changes), stop: () => deadLetters.stop() };
}
