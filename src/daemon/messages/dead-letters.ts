/** Messages that came to nothing: nobody read them in their time, or their recipient was forgotten. They are kept until somebody decides. */
import { MuxwardError } from '../../core/errors.ts';
import { noSuchMessage, USER, type DeathCause, type Message } from '../../core/message.ts';
import type { MessageChanges } from './message-changes.ts';
import { subjectOf } from './mailbox.ts';

export interface DeadRequest {
  readonly action: 'retry' | 'drop';
  /** Null: all of them. */
  readonly ids: readonly string[] | null;
  readonly dryRun: boolean;
}

/** A timer holds 24 days; and a clock that was set meanwhile is noticed. */
const LOOK_WITHIN_MS = 3_600_000;

export class DeadLetters {
  readonly #changes: MessageChanges;
  readonly #onError: (what: string, error: unknown) => void;
  #cancel: (() => void) | null = null;
  #stopped = false;

  constructor(changes: MessageChanges, onError: (what: string, error: unknown) => void) {
    this.#changes = changes;
    this.#onError = onError;
  }

  /** What is beyond its time dies now, and what is not, when its time comes. */
  readonly look = (): void => {
    const { registry, store } = this.#changes;
    this.#cancel?.();
    this.#cancel = null;
    if (this.#stopped) return;
    this.#guarded(() => {
      this.#bury(store.messages.expired(this.#changes.now()), 'expired');
      const next = store.messages.nextExpiry();
      if (next !== null) this.#cancel = registry.clock.after(Math.min(LOOK_WITHIN_MS, Math.max(1, Date.parse(next) - registry.clock.now().getTime())), this.look);
    });
  };

  /** Of agents that were forgotten while nobody saw it. */
  findOrphans(): void {
    const { registry, store } = this.#changes;
    const isGone = (name: string): boolean => name !== USER && registry.find(name) === undefined;
    const owners = new Set([...store.messages.waitingRecipients(), ...store.subscriptions.list().map(({ agent }) => agent)]);
    for (const name of owners) if (isGone(name)) this.forget(name, this.#changes.now());
  }

  /** That agent was forgotten then. What came later is for another one of its name. */
  forget(name: string, at: string): void {
    const { messages, subscriptions } = this.#changes.store;
    this.#guarded(() => {
      const open = messages.open(name).flatMap(({ id }) => messages.find(id) ?? []);
      this.#bury(open.filter(({ receipts }) => receipts.queued <= at), 'removed');
      const old = subscriptions.list().filter((one) => one.agent === name && one.at <= at);
      // Also where nothing is left of it: who waits at its inbox is to notice.
      this.#changes.commit(() => old.forEach(({ pattern }) => subscriptions.remove(name, pattern)));
    });
  }

  /** Into the inbox again, in their old place and with their time anew; or away. @throws MuxwardError, with nothing done */
  decide({ action, ids, dryRun }: DeadRequest): readonly Message[] {
    const { messages: rows } = this.#changes.store;
    const chosen = [...new Set(ids ?? rows.dead())].map((id) => this.#deadOne(id));
    if (action === 'retry') for (const { to } of chosen) if (to !== USER) this.#changes.registry.get(to);
    if (dryRun || chosen.length === 0) return chosen;
    if (action === 'drop') this.#changes.commit(() => chosen.forEach(({ id }) => rows.remove(id)));
    return action === 'drop' ? chosen : this.#revive(chosen);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #revive(messages: readonly Message[]): readonly Message[] {
    const { registry, store } = this.#changes;
    const nowMs = registry.clock.now().getTime();
    const revived = this.#changes.commit(() =>
      messages.map((message) => {
        const { expiresAt, receipts } = message;
        const later = expiresAt === null ? null : new Date(nowMs + Date.parse(expiresAt) - Date.parse(receipts.queued)).toISOString();
        return store.messages.change(message, { expiresAt: later, receipts: { ...receipts, dead: null } });
      }),
    );
    for (const { id, from, to, type, priority, topic, bytes } of revived) registry.emit('message.queued', subjectOf(to), { id, from, to, type, priority, topic, bytes });
    return revived;
  }

  #deadOne(id: string): Message {
    const message = this.#changes.store.messages.find(id);
    if (message === undefined) throw noSuchMessage(id);
    if (message.state === 'dead') return message;
    throw new MuxwardError('conflict', `${id} is not dead (${message.state})`, { hint: 'muxward msg dead list shows those that are' });
  }

  #bury(messages: readonly Message[], cause: DeathCause): void {
    if (messages.length === 0) return;
    const at = this.#changes.now();
    this.#changes.commit(() => messages.forEach((message) => this.#changes.store.messages.change(message, { receipts: { ...message.receipts, dead: { at, cause } } })));
    for (const { id, from, to } of messages) this.#changes.registry.emit('message.dead', subjectOf(to), { id, from, to, cause });
  }

  /** A disk that is full must not end the daemon: it is tried again with the next look. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      this.#onError('messages that came to nothing', error);
    }
  }
}
