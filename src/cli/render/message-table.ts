/** Messages, who has how many, and who subscribed to what, one a line. Pure. */
import type { Message, MessageState, MessageStats, Subscription } from '../../core/message.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import { paintPriority } from './message-text.ts';
import type { Palette } from './palette.ts';
import { safeLine } from './safe-text.ts';
import { renderTable, type Column } from './table.ts';

const MESSAGE_COLUMNS: readonly Column[] = [
  { header: 'ID' },
  { header: 'AGO', align: 'right', goes: 3 },
  { header: 'FROM' },
  { header: 'TO' },
  { header: 'PRIORITY', goes: 1 },
  { header: 'TOPIC', goes: 2 },
  { header: 'STATE' },
  { header: 'SAYS', shrinksTo: 16 },
];

export function renderMessages(messages: readonly Message[], look: Look, nowMs: number): string {
  const rows = messages.map((message) => [
    message.id,
    ago(message.receipts.queued, nowMs),
    message.from,
    message.to,
    paintPriority(message, look.palette),
    message.topic ?? look.none,
    paintState(message, look.palette),
    safeLine(message.body.slice(0, 200)),
  ]);
  return tableOf(MESSAGE_COLUMNS, rows, look);
}

/** `dead (expired)`. */
function paintState({ state, receipts }: Message, { bad, attention, good }: Palette): string {
  const paint: Readonly<Record<MessageState, (text: string) => string>> = { queued: attention, accepted: (text) => text, acted: good, dead: bad };
  return paint[state](receipts.dead === null ? state : `dead (${receipts.dead.cause})`);
}

const STATS_COLUMNS: readonly Column[] = [
  { header: 'AGENT' },
  { header: 'QUEUED', align: 'right' },
  { header: 'ACCEPTED', align: 'right' },
  { header: 'ACTED', align: 'right' },
  { header: 'DEAD', align: 'right' },
  { header: 'SENT', align: 'right' },
  { header: 'OLDEST OPEN', align: 'right' },
];

export function renderMessageStats({ agents }: MessageStats, look: Look, nowMs: number): string {
  if (agents.length === 0) return 'No messages yet. Send one: muxward msg send --to NAME TEXT\n';
  const rows = agents.map(({ agent, queued, accepted, acted, dead, sent, oldestAt }) => [
    agent,
    ...[queued, accepted, acted, dead, sent].map((n) => (n === 0 ? look.none : String(n))),
    oldestAt === null ? look.none : ago(oldestAt, nowMs),
  ]);
  return tableOf(STATS_COLUMNS, rows, look);
}

export function renderSubscriptions(subscriptions: readonly Subscription[], look: Look, nowMs: number): string {
  if (subscriptions.length === 0) return "Nobody has subscribed to anything. Subscribe: muxward msg subscribe NAME 'health.*'\n";
  const rows = subscriptions.map(({ agent, pattern, at }) => [agent, pattern, ago(at, nowMs)]);
  return tableOf([{ header: 'AGENT' }, { header: 'TOPICS' }, { header: 'AGO', align: 'right' }], rows, look);
}

function tableOf(columns: readonly Column[], rows: readonly (readonly string[])[], { palette, width }: Look): string {
  const [head = '', ...body] = renderTable(columns, rows, width);
  return `${[palette.faint(head), ...body].join('\n')}\n`;
}
