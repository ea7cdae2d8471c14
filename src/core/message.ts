/**
 * Messages between agents: what one is, what became of it, in which order an inbox hands them over, and what may stand
 * in one. How far an agent has come in them is message-cursor.ts. Pure.
 */
import { MuxwardError } from './errors.ts';
import { printable, suggest } from './names.ts';

/** The most urgent first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** Who sends from outside of agents; has an inbox, too, for answers. */
export const USER = 'user';

/** More belongs into a file that the message names. */
export const MAX_BODY_BYTES = 256 * 1024;
/** Messages in an inbox that nobody acknowledges. */
export const MAX_OPEN = 10_000;
/** An inbox hands over so much at once, and at least one message. */
export const PORTION = { messages: 100, bytes: 4 * 2 ** 20 } as const;

/** `expired`: nobody had read it by then. `removed`: its recipient was forgotten. */
export type DeathCause = 'expired' | 'removed';

/** When each step was made; null where it was not. All ISO 8601. */
export interface Receipts {
  readonly queued: string;
  /** Typed into its terminal. Nothing does that yet. */
  readonly injected: string | null;
  /** An inbox was handed over with it. */
  readonly accepted: string | null;
  /** It was acknowledged. */
  readonly acted: string | null;
  /** A rollback of its recipient opened it again after that. */
  readonly reopened: string | null;
  readonly dead: { readonly at: string; readonly cause: DeathCause } | null;
}

export const MESSAGE_STATES = ['queued', 'accepted', 'acted', 'dead'] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

export interface Message {
  readonly id: string;
  /** Grows by one over all messages. */
  readonly seq: number;
  readonly from: string;
  readonly to: string;
  /** What kind it is, in a word of the senders' own. */
  readonly type: string;
  readonly priority: Priority;
  readonly topic: string | null;
  readonly body: string;
  /** Of the body. */
  readonly bytes: number;
  /** The message that this one answers. */
  readonly replyTo: string | null;
  /** Shared by the copies of one that went to several. */
  readonly broadcast: string | null;
  /** Dead from then on, where nobody has read it. */
  readonly expiresAt: string | null;
  readonly state: MessageState;
  /** Its number among those that its recipient acknowledged; kept where a rollback opens it again. */
  readonly place: number | null;
  readonly receipts: Receipts;
}

/** What a sender says, beside to whom. */
export interface MessageContent {
  readonly from: string;
  readonly body: string;
  readonly type?: string;
  readonly priority?: Priority;
  readonly topic?: string;
  readonly ttlMs?: number;
}

export interface SendRequest extends MessageContent {
  /** The sender of `replyTo` where it is absent. */
  readonly to?: string;
  readonly replyTo?: string;
}

export interface InboxReply {
  readonly agent: string;
  /** Critical ones first, then by age. */
  readonly messages: readonly Message[];
  /** Not acknowledged, and not handed over this time. */
  readonly remaining: number;
}

/** An answer; null where none came in time, and then `dead` tells whether one may still come. */
export interface AnswerReply {
  readonly answer: Message | null;
  readonly dead: DeathCause | null;
}

export interface MessageCounts {
  readonly queued: number;
  readonly accepted: number;
  readonly acted: number;
  readonly dead: number;
}

export interface MailboxStats extends MessageCounts {
  readonly agent: string;
  /** By it, to anybody. */
  readonly sent: number;
  /** Of the oldest message that it has not acknowledged. */
  readonly oldestAt: string | null;
}

export interface MessageStats {
  readonly total: MessageCounts;
  readonly agents: readonly MailboxStats[];
}

/** Its topics: `health.*`, where `*` stands for any text. */
export interface Subscription {
  readonly agent: string;
  readonly pattern: string;
  /** Since when. */
  readonly at: string;
}

export function stateOf({ dead, acted, reopened, accepted }: Receipts): MessageState {
  if (dead !== null) return 'dead';
  if (acted !== null && reopened === null) return 'acted';
  return accepted === null ? 'queued' : 'accepted';
}

/** What an inbox needs to know to choose. */
export type MessageHead = Pick<Message, 'id' | 'seq' | 'priority' | 'bytes'>;

/** Critical ones first; of one priority the oldest first. */
export function byUrgency(one: MessageHead, other: MessageHead): number {
  return PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority) || one.seq - other.seq;
}

/** The first of them, in that order, that are handed over together. */
export function firstPortion<Head extends MessageHead>(heads: readonly Head[], limit: { readonly messages: number; readonly bytes: number } = PORTION): Head[] {
  const sorted = heads.toSorted(byUrgency);
  let bytes = 0;
  const end = sorted.findIndex((head, i) => {
    bytes += head.bytes;
    return i >= limit.messages || (i > 0 && bytes > limit.bytes);
  });
  return end < 0 ? sorted : sorted.slice(0, end);
}

/** @throws MuxwardError `usage` for what is too long, empty or no text. */
export function checkBody(body: string): string {
  const bytes = bodyBytes(body);
  if (bytes > MAX_BODY_BYTES) {
    throw new MuxwardError('usage', `a message of ${bytes} bytes is too long`, { hint: `at most 256 kB (${MAX_BODY_BYTES} bytes): put it into a file, and send its path` });
  }
  if (body.includes('\0')) throw new MuxwardError('usage', 'the message holds a NUL byte', { hint: 'send plain text, or the path of a file' });
  if (body.trim() !== '') return body;
  throw new MuxwardError('usage', 'the message is empty', { hint: 'say something, or - to read it from standard input' });
}

export function bodyBytes(body: string): number {
  return new TextEncoder().encode(body).length;
}

/** @throws MuxwardError `usage` */
export function parsePriority(text: string): Priority {
  const known = PRIORITIES.find((priority) => priority === text);
  if (known !== undefined) return known;
  const near = suggest(text, PRIORITIES);
  throw new MuxwardError('usage', `--priority: "${printable(text)}" is none`, { hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${PRIORITIES.join(', ')}` });
}

/** @throws MuxwardError `usage` */
export function checkType(type: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,62}$/.test(type)) return type;
  throw new MuxwardError('usage', `"${printable(type)}" is no type of a message`, { hint: 'one word of letters, digits, ., - and _, at most 63' });
}

/** @throws MuxwardError `usage` */
export function checkTopic(topic: string): string {
  if (topic.length <= 200 && /^[\w-]+(\.[\w-]+)*$/.test(topic)) return topic;
  throw new MuxwardError('usage', `"${printable(topic)}" is no topic`, { hint: 'words of letters, digits, - and _ with dots between them, for example health.cpu' });
}

/** Of topics. @throws MuxwardError `usage` */
export function checkTopicPattern(pattern: string): string {
  if (pattern.length <= 200 && /^[\w*?-]+(\.[\w*?-]+)*$/.test(pattern)) return pattern;
  throw new MuxwardError('usage', `"${printable(pattern)}" is no pattern of topics`, { hint: "a topic, or several with * for any text, for example 'health.*'" });
}

export function noSuchMessage(id: string): MuxwardError {
  return new MuxwardError('not-found', `there is no message ${printable(id)}`, { hint: 'muxward msg history shows the latest' });
}
