/** Messages to be read: an inbox, one with its receipts. What they say is data, and cannot pass for a line of ours. Pure. */
import { USER, type InboxReply, type Message } from '../../core/message.ts';
import { formatSize } from '../../core/units.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { safeText } from './safe-text.ts';

export function renderInbox({ agent, messages, remaining }: InboxReply, look: Look, nowMs: number): string {
  const { palette, forPeople } = look;
  if (messages.length === 0) return `No messages for ${agent === USER ? 'you' : agent}. Wait for one: muxward msg inbox ${agent} --wait\n`;
  const texts = messages.map((message) => `${headLine(message, palette, nowMs)}\n${indented(message.body)}\n`);
  const open = messages.find(({ state }) => state === 'accepted');
  const more = remaining === 0 ? [] : [`${remaining} more: acknowledge these first`];
  const next = forPeople && open !== undefined ? [palette.faint(`done? muxward msg ack ${open.id}      answer it: muxward msg send --reply-to ${open.id} TEXT`)] : [];
  return `${[...texts, ...more, ...next].join('\n').trimEnd()}\n`;
}

/** `msg_…  critical  from reviewer  2m ago  on health.cpu  answers msg_…`. */
function headLine(message: Message, palette: Palette, nowMs: number): string {
  const { id, from, type, topic, replyTo, receipts, state } = message;
  const words = [
    palette.strong(id),
    paintPriority(message, palette),
    `from ${from}`,
    palette.faint(`${ago(receipts.queued, nowMs)} ago`),
    ...(['message', 'reply', 'broadcast', 'publication'].includes(type) ? [] : [type]),
    ...(topic === null ? [] : [`on ${topic}`]),
    ...(replyTo === null ? [] : [`answers ${replyTo}`]),
    ...(receipts.reopened === null ? [] : ['open again after a rollback']),
    ...(state === 'acted' ? ['acknowledged'] : []),
  ];
  return words.join('  ');
}

export function paintPriority({ priority }: Pick<Message, 'priority'>, { bad, attention, faint }: Palette): string {
  return { critical: bad, high: attention, normal: (text: string) => text, low: faint }[priority](priority);
}

function indented(body: string): string {
  return safeText(body).split('\n').map((line) => (line === '' ? '' : `  ${line}`)).join('\n');
}

export function renderMessage(message: Message, nowMs: number): string {
  const { id, from, to, type, priority, topic, replyTo, broadcast, expiresAt, bytes, state, receipts } = message;
  const when = (at: string | null): string => (at === null ? '–' : `${ago(at, nowMs)} ago (${at})`);
  const rows = [
    ['message', `${id} (${state})`],
    ['from', from],
    ['to', to],
    ['type', type],
    ['priority', priority],
    ...(topic === null ? [] : [['topic', topic]]),
    ...(replyTo === null ? [] : [['answers', replyTo]]),
    ...(broadcast === null ? [] : [['broadcast', broadcast]]),
    ...(expiresAt === null ? [] : [['expires', `${expiresAt}, where nobody has read it`]]),
    ['size', formatSize(bytes)],
    ['queued', when(receipts.queued)],
    ['injected', receipts.injected === null ? '– (nothing is typed into terminals yet)' : when(receipts.injected)],
    ['accepted', when(receipts.accepted)],
    ['acted', when(receipts.acted)],
    ...(receipts.reopened === null ? [] : [['reopened', `${when(receipts.reopened)}, by a rollback of ${to}`]]),
    ...(receipts.dead === null ? [] : [['dead', `${when(receipts.dead.at)}: ${receipts.dead.cause === 'expired' ? 'nobody read it in time' : `${to} was removed`}`]]),
  ];
  return `${rows.map(([what = '', text = '']) => `${what.padEnd(11)}${text}\n`).join('')}\n${indented(message.body)}\n`;
}

/** What was sent to several. In a pipe: an id a line. */
export function renderCopies(messages: readonly Message[], { forPeople, palette }: Look): string {
  if (messages.length === 0) return '';
  if (!forPeople) return messages.map(({ id }) => `${id}\n`).join('');
  const names = messages.slice(0, 8).map(({ to }) => to).join(', ');
  const rest = messages.length > 8 ? ` and ${messages.length - 8} more` : '';
  return `${palette.good('✔')} ${messages.length === 1 ? 'one message is' : `${messages.length} messages are`} in the ${messages.length === 1 ? 'inbox' : 'inboxes'} of ${names}${rest}\n`;
}
