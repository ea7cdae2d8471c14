/** `msg send`, `broadcast`, `publish` and `request`: writing messages. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkBody, checkTopic, checkType, parsePriority, PRIORITIES, type AnswerReply, type Message, type MessageContent } from '../../core/message.ts';
import { checkName } from '../../core/names.ts';
import { formatDuration, parseDuration } from '../../core/units.ts';
import { defineSubcommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { OptionSpec } from '../option.ts';
import { withProgress } from '../render/progress.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';
import { textArgument } from '../text-argument.ts';
import { whoami } from './who.ts';

interface ContentFlags {
  readonly from?: string;
  readonly type?: string;
  readonly priority?: string;
  readonly topic?: string;
  readonly ttl?: string;
}

interface SendFlags extends ContentFlags {
  readonly to?: string;
  readonly replyTo?: string;
}

const FROM: OptionSpec = { flags: '--from <name>', about: 'who sends it (default: the agent this runs in, else user)' };
const TO: OptionSpec = { flags: '--to <name>', about: 'the agent that gets it, or user' };
const TYPE: OptionSpec = { flags: '--type <word>', about: 'what kind of message it is, in a word of yours' };
const TOPIC: OptionSpec = { flags: '--topic <topic>', about: 'what it is about: health.cpu' };
const REST: readonly OptionSpec[] = [
  { flags: '--priority <priority>', about: `${PRIORITIES.join(', ')} (default: normal)` },
  { flags: '--ttl <duration>', about: 'a dead letter where nobody has read it by then' },
];
const BODY = 'The body is data for its reader: at most 256 kB, - reads it from standard input.';

export const send = defineSubcommand<SendFlags>('put a message into an inbox', {
  arguments: '[body...]',
  options: [FROM, TO, TYPE, ...REST, TOPIC, { flags: '--reply-to <id>', about: 'it answers that message; goes to its sender unless --to says otherwise' }],
  notes: `${BODY} Prints the id. It stays there until it is acknowledged, over restarts of agent, daemon and machine.`,
  examples: [
    { run: 'muxward msg send --to coder --priority high "the build is red"', about: 'from you, or the agent you are' },
    { run: 'muxward msg send --reply-to msg_3f9c2d1b8a70 "done"', about: 'to whoever sent that' },
  ],
  async run({ context, args, options }) {
    if (options.to === undefined && options.replyTo === undefined) throw new MuxwardError('usage', 'msg send: to whom?', { hint: 'muxward msg send --to NAME TEXT, or --reply-to ID for an answer' });
    const message = await sendOne(context, args, options, 'msg send');
    if (context.json) return print(context, message);
    if (context.terminal) context.out(`✔ ${message.id} is in ${message.to === 'user' ? 'your inbox' : `${message.to}'s inbox`}          what became of it: muxward msg show ${message.id}\n`);
    else context.out(`${message.id}\n`);
    return EXIT.ok;
  },
});

interface RequestFlags extends SendFlags {
  readonly timeout?: string;
}

export const request = defineSubcommand<RequestFlags>('send one, and wait for its answer', {
  arguments: '[body...]',
  options: [FROM, TO, TYPE, ...REST, TOPIC, { flags: '--timeout <duration>', about: 'give up after this long, with status 5' }],
  notes: 'Prints what the first message says that was sent with --reply-to and its id; it is acknowledged by that. An answer that comes later lies in your inbox.',
  examples: [
    { run: 'muxward msg request --to reviewer --timeout 10m "is branch login good to merge?"', about: 'prints the answer' },
    { run: 'git diff | muxward msg request --to reviewer -', about: 'from standard input' },
  ],
  async run({ context, args, options }) {
    if (options.to === undefined) throw new MuxwardError('usage', 'msg request: whom?', { hint: 'muxward msg request --to NAME TEXT' });
    const timeoutMs = options.timeout === undefined ? null : parseDuration(options.timeout, '--timeout');
    const asked = await sendOne(context, args, { type: 'request', ...options }, 'msg request');
    const waiting = context.daemon.call('GET /api/messages/:id/answer', { timeoutMs }, { path: { id: asked.id } });
    const reply = await withProgress(context, `${asked.to} has ${asked.id}`, waiting);
    if (reply.answer === null) throw unanswered(asked, reply, timeoutMs);
    await context.daemon.call('POST /api/messages/ack', { ids: [reply.answer.id] });
    if (context.json) return print(context, { request: asked, answer: reply.answer });
    const { safeText } = await import('../render/safe-text.ts');
    context.out(`${safeText(reply.answer.body)}\n`);
    return EXIT.ok;
  },
});

/** The kind of agents, not of the message. */
type BroadcastFlags = Omit<ContentFlags, 'type'> & SelectorFlags;

export const broadcast = defineSubcommand<BroadcastFlags>('to all agents but the sender', {
  arguments: '[body...]',
  options: [FROM, ...REST, TOPIC, ...SELECTOR_OPTIONS.filter(({ flags }) => flags !== '--all')],
  notes: `${BODY} Each gets a message of its own; they share an id for the broadcast.`,
  examples: [
    { run: 'muxward msg broadcast "main is frozen until noon"', about: 'to all' },
    { run: 'muxward msg broadcast --project shop --priority high "the API has changed"', about: 'to some' },
  ],
  async run({ context, args, options }) {
    const { type, ...flags } = options;
    const selector = selectorOf([], { ...flags, ...(type === undefined ? {} : { type }) });
    const content = await contentOf(context, args, flags, 'msg broadcast');
    const sent = await context.daemon.call('POST /api/messages/broadcast', { ...content, selector });
    return await tellCopies(context, sent.messages, sent, 'Nobody else is there: nothing was sent. Start an agent: muxward spawn NAME -- COMMAND');
  },
});

export const publish = defineSubcommand<ContentFlags>('to all that subscribed to a topic', {
  arguments: '[body...]',
  options: [FROM, { flags: '--topic <topic>', about: 'whose subscribers get it: health.cpu' }, TYPE, ...REST],
  notes: `${BODY} The sender gets none. Subscribe: muxward msg subscribe NAME 'health.*'`,
  examples: [
    { run: 'muxward msg publish --topic health.cpu "load is 12"', about: 'from you, or the agent you are' },
    { run: 'muxward msg publish --topic build.done --json -', about: 'from standard input, for a program' },
  ],
  async run({ context, args, options }) {
    if (options.topic === undefined) throw new MuxwardError('usage', 'msg publish: on which topic?', { hint: 'muxward msg publish --topic health.cpu TEXT' });
    const topic = checkTopic(options.topic);
    const content = await contentOf(context, args, options, 'msg publish');
    const sent = await context.daemon.call('POST /api/messages/publish', { ...content, topic });
    return await tellCopies(context, sent.messages, sent, `Nobody has subscribed to ${topic}: nothing was sent. Subscribe: muxward msg subscribe NAME ${topic}`);
  },
});

async function sendOne(context: Context, words: readonly string[], flags: SendFlags, command: string): Promise<Message> {
  const { to, replyTo } = flags;
  const content = await contentOf(context, words, flags, command);
  return await context.daemon.call('POST /api/messages', { ...content, ...(to === undefined ? {} : { to: checkName(to) }), ...(replyTo === undefined ? {} : { replyTo }) });
}

async function contentOf(context: Context, words: readonly string[], { from, type, priority, topic, ttl }: ContentFlags, command: string): Promise<MessageContent> {
  const said = {
    from: from === undefined ? whoami(context) : checkName(from),
    ...(type === undefined ? {} : { type: checkType(type) }),
    ...(priority === undefined ? {} : { priority: parsePriority(priority) }),
    ...(topic === undefined ? {} : { topic: checkTopic(topic) }),
    ...(ttl === undefined ? {} : { ttlMs: ttlOf(ttl) }),
  };
  return { ...said, body: checkBody(await textArgument(words, command, `muxward ${command} … TEXT`)) };
}

function ttlOf(text: string): number {
  const ms = parseDuration(text, '--ttl');
  if (ms > 0) return ms;
  throw new MuxwardError('usage', '--ttl: nobody could read it in no time', { hint: 'for example --ttl 1h' });
}

async function tellCopies(context: Context, messages: readonly Message[], reply: object, nobody: string): Promise<number> {
  if (context.json) return print(context, reply);
  if (messages.length === 0) context.note(nobody);
  const { renderCopies } = await import('../render/message-text.ts');
  const { createLook } = await import('../render/look.ts');
  context.out(renderCopies(messages, await createLook(context)));
  return EXIT.ok;
}

function unanswered({ id, to, from }: Message, { dead }: AnswerReply, timeoutMs: number | null): MuxwardError {
  if (dead === 'removed') return new MuxwardError('failed', `${to} was removed before it answered ${id}`, { hint: 'muxward status shows who is there' });
  if (dead === 'expired') return new MuxwardError('failed', `${id} expired: ${to} did not read it in time`, { hint: `again: muxward msg dead retry ${id}` });
  const time = timeoutMs === null ? 'the wait' : timeoutMs < 1000 ? `${timeoutMs} ms` : formatDuration(timeoutMs);
  return new MuxwardError('timeout', `${to} has not answered ${id} after ${time}`, { hint: `an answer will be in the inbox: muxward msg inbox ${from}; what became of it: muxward msg show ${id}` });
}

function print(context: Context, document: object): number {
  context.out(`${JSON.stringify(document)}\n`);
  return EXIT.ok;
}
