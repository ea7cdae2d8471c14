/** Messages with their receipts, and the last number that each agent has given to one by acknowledging it. */
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { stateOf, type Message, type MessageHead, type MessageState } from '../core/message.ts';
import type { PlacedMessage } from '../core/message-cursor.ts';

export interface MessageQuery {
  /** That it sent, or got. */
  readonly agent?: string;
  /** ISO 8601: from then on. */
  readonly since?: string;
  readonly state?: MessageState;
  /** The newest of those that fit. */
  readonly limit: number;
}

/** How many messages of which state an agent has got. */
export interface StateCount {
  readonly recipient: string;
  readonly state: MessageState;
  readonly count: number;
  readonly oldestAt: string;
}

type Rest = Pick<Message, 'type' | 'topic' | 'broadcast' | 'receipts'>;

const COLUMNS = 'seq, id, sender AS "from", recipient AS "to", state, priority, expires_at AS expiresAt, reply_to AS replyTo, place, bytes, rest, body';
const IS_OPEN = `state IN ('queued', 'accepted')`;

export class MessageRows {
  readonly #add: StatementSync;
  readonly #change: StatementSync;
  readonly #remove: StatementSync;
  readonly #find: StatementSync;
  readonly #answer: StatementSync;
  readonly #list: StatementSync;
  readonly #open: StatementSync;
  readonly #countOpen: StatementSync;
  readonly #acted: StatementSync;
  readonly #dead: StatementSync;
  readonly #placed: StatementSync;
  readonly #expired: StatementSync;
  readonly #nextExpiry: StatementSync;
  readonly #waiting: StatementSync;
  readonly #counts: StatementSync;
  readonly #sent: StatementSync;
  readonly #lastPlace: StatementSync;
  readonly #takePlace: StatementSync;
  readonly #trim: StatementSync;

  constructor(db: DatabaseSync) {
    this.#add = db.prepare(
      `INSERT INTO messages (id, sender, recipient, state, priority, queued_at, expires_at, reply_to, place, bytes, rest, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#change = db.prepare('UPDATE messages SET state = ?, expires_at = ?, place = ?, rest = ? WHERE id = ?');
    this.#remove = db.prepare('DELETE FROM messages WHERE id = ?');
    this.#find = db.prepare(`SELECT ${COLUMNS} FROM messages WHERE id = ?`);
    this.#answer = db.prepare(`SELECT ${COLUMNS} FROM messages WHERE reply_to = ? AND recipient = ? ORDER BY seq LIMIT 1`);
    this.#list = db.prepare(
      `SELECT ${COLUMNS} FROM messages WHERE seq IN (
         SELECT seq FROM messages
         WHERE (:agent IS NULL OR sender = :agent OR recipient = :agent) AND (:since IS NULL OR queued_at >= :since) AND (:state IS NULL OR state = :state)
         ORDER BY seq DESC LIMIT :limit
       ) ORDER BY seq`,
    );
    this.#open = db.prepare(`SELECT id, seq, priority, bytes FROM messages WHERE recipient = ? AND ${IS_OPEN} ORDER BY seq`);
    this.#countOpen = db.prepare(`SELECT count(*) AS n FROM messages WHERE recipient = ? AND ${IS_OPEN}`);
    this.#acted = db.prepare(`SELECT * FROM (SELECT ${COLUMNS} FROM messages WHERE recipient = ? AND state = 'acted' ORDER BY seq DESC LIMIT ?) ORDER BY seq`);
    this.#dead = db.prepare("SELECT id FROM messages WHERE state = 'dead' ORDER BY seq");
    this.#placed = db.prepare('SELECT id, state, place, rest FROM messages WHERE recipient = ? ORDER BY seq');
    this.#expired = db.prepare(`SELECT ${COLUMNS} FROM messages WHERE state = 'queued' AND expires_at <= ? ORDER BY seq`);
    this.#nextExpiry = db.prepare(`SELECT min(expires_at) AS at FROM messages WHERE state = 'queued' AND expires_at IS NOT NULL`);
    this.#waiting = db.prepare(`SELECT DISTINCT recipient FROM messages WHERE ${IS_OPEN}`);
    this.#counts = db.prepare('SELECT recipient, state, count(*) AS count, min(queued_at) AS oldestAt FROM messages GROUP BY recipient, state');
    this.#sent = db.prepare('SELECT sender, count(*) AS count FROM messages GROUP BY sender');
    this.#lastPlace = db.prepare('SELECT last FROM message_places WHERE agent = ?');
    this.#takePlace = db.prepare('INSERT INTO message_places (agent, last) VALUES (?, 1) ON CONFLICT (agent) DO UPDATE SET last = last + 1 RETURNING last');
    this.#trim = db.prepare(`DELETE FROM messages WHERE state IN ('acted', 'dead') AND seq <= (SELECT max(seq) FROM messages) - ?`);
  }

  /** As it is stored, with its number. */
  add(message: Omit<Message, 'seq' | 'state'>): Message {
    const { id, from, to, priority, expiresAt, replyTo, place, bytes, body, receipts } = message;
    const state = stateOf(receipts);
    const { lastInsertRowid } = this.#add.run(id, from, to, state, priority, receipts.queued, expiresAt, replyTo, place, bytes, restOf(message), body);
    return { ...message, seq: Number(lastInsertRowid), state };
  }

  /** Its receipts, its number among those acknowledged, and how long it may wait; nothing else of it ever changes. */
  change(message: Message, values: Partial<Pick<Message, 'receipts' | 'place' | 'expiresAt'>>): Message {
    const changed = { ...message, ...values };
    const state = stateOf(changed.receipts);
    this.#change.run(state, changed.expiresAt, changed.place, restOf(changed), message.id);
    return { ...changed, state };
  }

  remove(id: string): void {
    this.#remove.run(id);
  }

  find(id: string): Message | undefined {
    const row = this.#find.get(id);
    return row && messageOf(row);
  }

  /** The first one to `recipient` that answers that message. */
  answerTo(id: string, recipient: string): Message | undefined {
    const row = this.#answer.get(id, recipient);
    return row && messageOf(row);
  }

  /** Oldest first. */
  *list({ agent, since, state, limit }: MessageQuery): Generator<Message> {
    for (const row of this.#list.iterate({ agent: agent ?? null, since: since ?? null, state: state ?? null, limit })) yield messageOf(row);
  }

  /** Of those that it has not acknowledged, oldest first. */
  open(recipient: string): MessageHead[] {
    return this.#open.all(recipient) as unknown as MessageHead[];
  }

  countOpen(recipient: string): number {
    return Number(this.#countOpen.get(recipient)?.['n']);
  }

  /** The newest `limit` that it acknowledged, oldest first. */
  acted(recipient: string, limit: number): Message[] {
    return this.#acted.all(recipient, limit).map(messageOf);
  }

  /** Ids, oldest first. */
  dead(): string[] {
    return this.#dead.all().map(({ id }) => String(id));
  }

  /** All that it ever got and that are kept, oldest first. */
  placed(recipient: string): PlacedMessage[] {
    return this.#placed.all(recipient).map(({ id, state, place, rest }) => ({ id, state, place, receipts: (JSON.parse(String(rest)) as Rest).receipts }) as unknown as PlacedMessage);
  }

  /** Those that nobody has read by `at` (ISO 8601), and that wait no longer. */
  expired(at: string): Message[] {
    return this.#expired.all(at).map(messageOf);
  }

  /** ISO 8601; null where none waits for a time. */
  nextExpiry(): string | null {
    return (this.#nextExpiry.get()?.['at'] ?? null) as string | null;
  }

  /** Who has messages that are not acknowledged. */
  waitingRecipients(): string[] {
    return this.#waiting.all().map(({ recipient }) => String(recipient));
  }

  counts(): StateCount[] {
    return this.#counts.all() as unknown as StateCount[];
  }

  /** How many messages each has sent. */
  sentBy(): Map<string, number> {
    return new Map(this.#sent.all().map(({ sender, count }) => [String(sender), Number(count)]));
  }

  /** The number of the message that it acknowledged last; 0 where none. */
  lastPlace(recipient: string): number {
    return Number(this.#lastPlace.get(recipient)?.['last'] ?? 0);
  }

  /** The next number of that recipient; it is given once. */
  takePlace(recipient: string): number {
    return Number(this.#takePlace.get(recipient)?.['last']);
  }

  /** Of those that are acknowledged or dead, keeps the newest, about `keep`. */
  trim(keep: number): void {
    this.#trim.run(keep);
  }
}

function restOf({ type, topic, broadcast, receipts }: Rest): string {
  const rest: Rest = { type, topic, broadcast, receipts };
  return JSON.stringify(rest);
}

function messageOf(row: Record<string, SQLOutputValue>): Message {
  const { rest, ...columns } = row;
  const { type, topic, broadcast, receipts } = JSON.parse(String(rest)) as Rest;
  const { id, seq, from, to, priority, body, bytes, replyTo, expiresAt, state, place } = columns as unknown as Message;
  return { id, seq, from, to, type, priority, topic, body, bytes, replyTo, broadcast, expiresAt, state, place, receipts };
}
