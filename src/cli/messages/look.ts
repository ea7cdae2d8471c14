/** `msg history`, `show` and `stats`: what became of messages. Looking changes nothing. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { MESSAGE_STATES, type Message, type MessageState } from '../../core/message.ts';
import { checkName, printable, suggest } from '../../core/names.ts';
import { defineSubcommand } from '../command.ts';
import type { Context } from '../context.ts';
import { parseTime } from '../time-option.ts';

const DEFAULT_LIMIT = 50;
/** More than are kept of those that are dealt with. */
export const NO_LIMIT = 9_999_999;

interface HistoryFlags {
  readonly agent?: string;
  readonly since?: string;
  readonly state?: string;
  readonly limit?: string;
}

export const history = defineSubcommand<HistoryFlags>('what was sent, the newest last', {
  options: [
    { flags: '--agent <name>', about: 'only what it sent or got; also of one that is gone' },
    { flags: '--since <time>', about: 'from then on: 2030-01-31T12:00:00Z, or 10m for ten minutes ago' },
    { flags: '--state <state>', about: `only those that are ${MESSAGE_STATES.join(', ')}` },
    { flags: '-n, --limit <n>', about: `at most so many, the newest (default: ${DEFAULT_LIMIT}; with --since all)` },
  ],
  examples: [
    { run: 'muxward msg history --agent coder', about: 'what it sent and got' },
    { run: 'muxward msg history --since 1h --json', about: 'with bodies and receipts' },
  ],
  async run({ context, options: { agent, since, state, limit } }) {
    const messages = await read(context, {
      limit: limit === undefined && since !== undefined ? NO_LIMIT : limitOf(limit),
      ...(agent === undefined ? {} : { agent: checkName(agent) }),
      ...(since === undefined ? {} : { since: new Date(parseTime(since, '--since', Date.now())).toISOString() }),
      ...(state === undefined ? {} : { state: messageState(state) }),
    });
    return await showMessages(context, messages, 'No messages yet. Send one: muxward msg send --to NAME TEXT');
  },
});

export const show = defineSubcommand('one, with when it was read and acknowledged', {
  arguments: '[id]',
  examples: [
    { run: 'muxward msg show msg_3f9c2d1b8a70', about: 'what it says, and its receipts' },
    { run: 'muxward msg show msg_3f9c2d1b8a70 --json', about: 'for a program' },
  ],
  async run({ context, args: [id] }) {
    if (id === undefined) throw new MuxwardError('usage', 'msg show: which message?', { hint: 'muxward msg history shows their ids' });
    const message = await context.daemon.call('GET /api/messages/:id', undefined, { path: { id } });
    if (context.json) context.out(`${JSON.stringify(message)}\n`);
    else {
      const { renderMessage } = await import('../render/message-text.ts');
      context.out(renderMessage(message, Date.now()));
    }
    return EXIT.ok;
  },
});

export const stats = defineSubcommand('how many, by agent', {
  notes: 'Of messages that are acknowledged or dead, the newest 10,000 are kept.',
  examples: [
    { run: 'muxward msg stats', about: 'who has how much to read' },
    { run: 'muxward msg stats --json', about: 'for a program' },
  ],
  async run({ context }) {
    const reply = await context.daemon.call('GET /api/messages/stats', undefined);
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { renderMessageStats } = await import('../render/message-table.ts');
      const { createLook } = await import('../render/look.ts');
      context.out(renderMessageStats(reply, await createLook(context), Date.now()));
    }
    return EXIT.ok;
  },
});

export async function read(context: Context, query: { readonly agent?: string; readonly since?: string; readonly state?: MessageState; readonly limit: number }): Promise<Message[]> {
  const messages: Message[] = [];
  for await (const message of context.daemon.follow('GET /api/messages', query)) messages.push(message);
  return messages;
}

export async function showMessages(context: Context, messages: readonly Message[], empty: string): Promise<number> {
  if (context.json) context.out(`${JSON.stringify({ messages })}\n`);
  else if (messages.length === 0) context.out(`${empty}\n`);
  else {
    const { renderMessages } = await import('../render/message-table.ts');
    const { createLook } = await import('../render/look.ts');
    context.out(renderMessages(messages, await createLook(context), Date.now()));
  }
  return EXIT.ok;
}

function messageState(text: string): MessageState {
  const known = MESSAGE_STATES.find((state) => state === text);
  if (known !== undefined) return known;
  const near = suggest(text, MESSAGE_STATES);
  throw new MuxwardError('usage', `--state: "${printable(text)}" is no state of a message`, { hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${MESSAGE_STATES.join(', ')}` });
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new MuxwardError('usage', `--limit: "${printable(text)}" is no number of messages`, { hint: 'a whole number, for example -n 20' });
}
