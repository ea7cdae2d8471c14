/**
 * The mailbox: messages are stored before they are answered for, handed over in their order, and kept until they are
 * acknowledged. Those that come to nothing are dead-letters.ts; going back in them is message-places.ts.
 */
import { MuxwardError } from '../../core/errors.ts';
import {
  bodyBytes,
  checkBody,
  checkTopic,
  checkTopicPattern,
  checkType,
  firstPortion,
  MAX_OPEN,
  noSuchMessage,
  USER,
  type InboxReply,
  type Message,
  type MessageContent,
  type Receipts,
  type SendRequest,
  type Subscription,
} from '../../core/message.ts';
import { acknowledgedAt } from '../../core/message-cursor.ts';
import { printable } from '../../core/names.ts';
import { isEmpty, matchesGlob, select, type Selector } from '../../core/selector.ts';
import { newId } from '../new-id.ts';
import type { MessageChanges } from './message-changes.ts';

/** Of one message to several. */
interface Copies {
  readonly broadcast: string;
  readonly messages: readonly Message[];
}

interface Envelope {
  readonly to: readonly string[];
  readonly type: string;
  readonly replyTo: string | null;
  readonly broadcast: string | null;
}

/** `--all` shows so many that are acknowledged. */
const ACTED_SHOWN = 100;

export class Mailbox {
  readonly #changes: MessageChanges;
  readonly #bury: () => void;

  /** `bury`: sees to it that what is beyond its time is dead; called before an inbox is read, since the clock may have jumped. */
  constructor(changes: MessageChanges, bury: () => void) {
    this.#changes = changes;
    this.#bury = bury;
  }

  /** @throws MuxwardError `not-found` for a sender, recipient or message that is none, `refused` for a full inbox */
  send(request: SendRequest): Message {
    const asked = request.replyTo === undefined ? null : this.show(request.replyTo);
    const from = this.nameOf(request.from);
    const to = request.to ?? (asked?.from === from ? asked.to : asked?.from);
    if (to === undefined) throw new MuxwardError('usage', 'to whom?', { hint: 'name an agent, or the message that this one answers' });
    const [message] = this.#post(request, { to: [this.nameOf(to)], type: asked === null ? 'message' : 'reply', replyTo: asked?.id ?? null, broadcast: null });
    if (message === undefined) throw new MuxwardError('bug', 'a message was not stored');
    return message;
  }

  /** To all agents but the sender, or to those that are meant. */
  broadcast(request: MessageContent, selector: Selector): Copies {
    const from = this.nameOf(request.from);
    const agents = this.#changes.registry.all().map(({ spec, record }) => ({ ...spec, id: record.id, state: record.state }));
    const meant = select(agents, isEmpty(selector) ? { all: true } : selector);
    return this.#copies(request, 'broadcast', meant.map(({ name }) => name).filter((name) => name !== from));
  }

  /** To all agents that subscribed to the topic, but not to the sender. */
  publish(request: MessageContent, topic: string): Copies {
    const from = this.nameOf(request.from);
    const takers = this.subscriptions().filter(({ agent, pattern }) => agent !== from && matchesGlob(pattern, topic));
    return this.#copies({ ...request, topic }, 'publication', [...new Set(takers.map(({ agent }) => agent))]);
  }

  subscribe(name: string, pattern: string): Subscription {
    const subscription = { agent: this.nameOf(name), pattern: checkTopicPattern(pattern), at: this.#changes.now() };
    this.#changes.commit(() => this.#changes.store.subscriptions.add(subscription));
    return subscription;
  }

  /** @throws MuxwardError `not-found` where it is not subscribed */
  unsubscribe(name: string, pattern: string | null): readonly Subscription[] {
    const agent = this.nameOf(name);
    const own = this.subscriptions().filter((one) => one.agent === agent);
    const ended = own.filter((one) => pattern === null || one.pattern === pattern);
    if (ended.length === 0) {
      const hint = own.length === 0 ? 'it is subscribed to nothing' : `it is subscribed to ${own.map((one) => one.pattern).join(', ')}`;
      throw new MuxwardError('not-found', `${agent} is not subscribed${pattern === null ? '' : ` to ${printable(pattern)}`}`, { hint });
    }
    this.#changes.commit(() => this.#changes.store.subscriptions.remove(agent, pattern));
    return ended;
  }

  /** Oldest first. */
  subscriptions(): readonly Subscription[] {
    return this.#changes.store.subscriptions.list();
  }

  /**
   * Hands over what it has not acknowledged, the most urgent first, and notes that; with `ack` it counts as acknowledged.
   * `all`: with the latest that it acknowledged before.
   */
  inbox(name: string, { ack, all }: { readonly ack: boolean; readonly all: boolean }): InboxReply {
    const agent = this.nameOf(name);
    const { messages: rows } = this.#changes.store;
    this.#bury();
    const at = this.#changes.now();
    const heads = rows.open(agent);
    const acted = all ? rows.acted(agent, ACTED_SHOWN) : [];
    const portion = firstPortion(heads).map(({ id }) => this.show(id));
    const accept = (message: Message): Message => (message.receipts.accepted === null ? rows.change(message, { receipts: { ...message.receipts, accepted: at } }) : message);
    const isNews = ack || portion.some(({ receipts }) => receipts.accepted === null);
    const messages = isNews ? this.#changes.commit(() => portion.map((message) => (ack ? this.#acknowledge(message, at) : accept(message)))) : portion;
    if (ack) for (const message of messages) this.#tellAcknowledged(message);
    return { agent, messages: [...messages, ...acted], remaining: heads.length - portion.length };
  }

  /** True once there is something in its inbox, or it is forgotten; false where the time was over first. */
  arrived(name: string, timeoutMs: number | null, signal: AbortSignal): Promise<boolean> {
    const agent = this.nameOf(name);
    const { store, registry } = this.#changes;
    return this.#changes.until(() => store.messages.countOpen(agent) > 0 || (agent !== USER && registry.find(agent) === undefined), timeoutMs, signal);
  }

  /** Again for one that is acknowledged already: nothing. @throws MuxwardError `not-found`, `conflict` for a dead one; then none is */
  acknowledge(ids: readonly string[]): readonly Message[] {
    const messages = [...new Set(ids)].map((id) => this.show(id));
    const dead = messages.find(({ state }) => state === 'dead');
    if (dead) throw new MuxwardError('conflict', `${dead.id} is dead (${dead.receipts.dead?.cause})`, { hint: `into the inbox again: muxward msg dead retry ${dead.id}` });
    const open = messages.filter(({ state }) => state !== 'acted');
    if (open.length === 0) return messages;
    const at = this.#changes.now();
    const after = this.#changes.commit(() => new Map(open.map((message) => [message.id, this.#acknowledge(message, at)])));
    for (const message of after.values()) this.#tellAcknowledged(message);
    return messages.map((message) => after.get(message.id) ?? message);
  }

  /** @throws MuxwardError `not-found` */
  show(id: string): Message {
    const message = this.#changes.store.messages.find(id);
    if (message === undefined) throw noSuchMessage(id);
    return message;
  }

  /** Waits for what answers the message; null where the time was over first, or it died before. */
  async answerTo(id: string, timeoutMs: number | null, signal: AbortSignal): Promise<Message | null> {
    const { from } = this.show(id);
    const { messages: rows } = this.#changes.store;
    const find = (): Message | null => rows.answerTo(id, from) ?? null;
    await this.#changes.until(() => find() !== null || (rows.find(id)?.state ?? 'dead') === 'dead', timeoutMs, signal);
    return find();
  }

  /** The name under which messages are kept: an agent's, by name or id, or the user's. @throws MuxwardError `not-found` */
  nameOf(name: string): string {
    return name === USER ? USER : this.#changes.registry.get(name).spec.name;
  }

  #acknowledge(message: Message, at: string): Message {
    const { messages: rows } = this.#changes.store;
    return rows.change(message, { place: message.place ?? rows.takePlace(message.to), receipts: acknowledgedAt(message.receipts, at) });
  }

  #tellAcknowledged({ id, from, to }: Message): void {
    this.#changes.registry.emit('message.acknowledged', subjectOf(to), { id, from });
  }

  #copies(request: MessageContent, type: string, to: readonly string[]): Copies {
    const broadcast = newId('cast');
    return { broadcast, messages: this.#post(request, { to, type, replyTo: null, broadcast }) };
  }

  #post(request: MessageContent, { to: recipients, type, replyTo, broadcast }: Envelope): Message[] {
    const { registry, store } = this.#changes;
    const { messages: rows } = store;
    const from = this.nameOf(request.from);
    const body = checkBody(request.body);
    const topic = request.topic === undefined ? null : checkTopic(request.topic);
    const kind = checkType(request.type ?? type);
    const full = recipients.find((to) => rows.countOpen(to) >= MAX_OPEN);
    if (full !== undefined) throw new MuxwardError('refused', `the inbox of ${full} is full: ${MAX_OPEN} messages are not acknowledged`, { hint: `muxward msg inbox ${full} --ack` });
    const now = registry.clock.now();
    const receipts: Receipts = { queued: now.toISOString(), injected: null, accepted: null, acted: null, reopened: null, dead: null };
    const expiresAt = request.ttlMs === undefined ? null : new Date(now.getTime() + request.ttlMs).toISOString();
    const one = { from, type: kind, priority: request.priority ?? 'normal', topic, body, bytes: bodyBytes(body), replyTo, broadcast, expiresAt, place: null, receipts };
    const posted = this.#changes.commit(() => recipients.map((to) => rows.add({ id: newId('msg'), to, ...one })));
    for (const { id, to, priority, bytes } of posted) registry.emit('message.queued', subjectOf(to), { id, from, to, type: kind, priority, topic, bytes });
    return posted;
  }
}

/** Whom an event about a message is about: its recipient, where that is an agent. */
export function subjectOf(recipient: string): string | null {
  return recipient === USER ? null : recipient;
}
