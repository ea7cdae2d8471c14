/** `msg`: messages between agents, and between them and you. */
import { MuxwardError } from '../../core/errors.ts';
import { USER, type AnswerReply, type MailboxStats, type Message, type MessageCounts, type MessageStats } from '../../core/message.ts';
import type { Routes } from '../../core/protocol.ts';
import { noSuchAgent } from '../../core/selector.ts';
import type { StateCount } from '../../store/message-rows.ts';
import type { Daemon } from './context.ts';

type Takes<R extends keyof Routes> = Routes[R]['takes'];

/** Oldest first; also of agents that are forgotten. */
export async function* listMessages({ store, registry }: Daemon, request: Takes<'GET /api/messages'>): AsyncGenerator<Message> {
  const { agent, since } = request;
  if (since !== undefined && Number.isNaN(Date.parse(since))) {
    throw new MuxwardError('usage', `since: "${since}" is no time`, { hint: 'ISO 8601, for example 2030-01-31T12:00:00Z' });
  }
  const known = agent === undefined || agent === USER || registry.find(agent) !== undefined || [...store.messages.list({ agent, limit: 1 })].length > 0;
  if (!known) throw noSuchAgent(agent, registry.all().map(({ spec }) => spec.name));
  // Read as a whole first: others may write while the client takes it.
  const messages = [...store.messages.list({ ...request, ...(since === undefined ? {} : { since: new Date(since).toISOString() }) })];
  yield* messages;
}

/** What answers the message; where none came, whether one may still come. */
export async function awaitAnswer({ messages: { mailbox } }: Daemon, id: string, timeoutMs: number | null, signal: AbortSignal): Promise<AnswerReply> {
  const answer = await mailbox.answerTo(id, timeoutMs, signal);
  return { answer, dead: answer === null ? (mailbox.show(id).receipts.dead?.cause ?? null) : null };
}

/** By agent, in the order of their names; those that neither sent nor got any are left out. */
export function messageStats({ store }: Daemon): MessageStats {
  const counts = store.messages.counts();
  const sent = store.messages.sentBy();
  const names = [...new Set([...counts.map(({ recipient }) => recipient), ...sent.keys()])].toSorted();
  return { total: sumOf(counts), agents: names.map((agent) => statsOf(agent, counts.filter(({ recipient }) => recipient === agent), sent.get(agent) ?? 0)) };
}

function statsOf(agent: string, counts: readonly StateCount[], sent: number): MailboxStats {
  const open = counts.filter(({ state }) => state === 'queued' || state === 'accepted');
  return { agent, ...sumOf(counts), sent, oldestAt: open.map(({ oldestAt }) => oldestAt).toSorted()[0] ?? null };
}

function sumOf(counts: readonly StateCount[]): MessageCounts {
  const of = (state: StateCount['state']): number => counts.reduce((sum, each) => sum + (each.state === state ? each.count : 0), 0);
  return { queued: of('queued'), accepted: of('accepted'), acted: of('acted'), dead: of('dead') };
}
