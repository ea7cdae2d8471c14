/** `msg inbox` and `ack`: reading messages. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { formatDuration, parseDuration } from '../../core/units.ts';
import { defineSubcommand } from '../command.ts';
import { withProgress } from '../render/progress.ts';
import { whoami } from './who.ts';

interface InboxFlags {
  readonly wait?: boolean;
  readonly timeout?: string;
  readonly ack?: boolean;
  readonly all?: boolean;
}

export const inbox = defineSubcommand<InboxFlags>('what an agent, or you, has not acknowledged', {
  arguments: '[name]',
  options: [
    { flags: '--wait', about: 'until there is something' },
    { flags: '--timeout <duration>', about: 'with --wait: give up after this long, with status 5' },
    { flags: '--ack', about: 'acknowledge what is shown' },
    { flags: '-a, --all', about: 'also the latest that are acknowledged' },
  ],
  notes: 'Without a name: that of the agent it runs in, else yours (user). The most urgent first, of those the oldest; at most 100 at a time. What is shown counts as read. To look without that: muxward msg history --agent NAME',
  examples: [
    { run: 'muxward msg inbox --wait --ack', about: 'inside an agent: the next ones' },
    { run: 'muxward msg inbox coder --json', about: 'what coder has to do, for a program' },
  ],
  async run({ context, args: [given], options }) {
    const name = given === undefined ? whoami(context) : checkName(given);
    if (options.timeout !== undefined && !options.wait) throw new MuxwardError('usage', 'msg inbox: --timeout needs --wait', { hint: `muxward msg inbox ${name} --wait --timeout ${options.timeout}` });
    const timeoutMs = options.timeout === undefined ? null : parseDuration(options.timeout, '--timeout');
    if (options.wait) {
      const waiting = context.daemon.call('GET /api/agents/:name/inbox/wait', { timeoutMs }, { path: { name } });
      const { arrived } = await withProgress(context, 'waiting for a message', waiting);
      if (!arrived) throw nothingCame(name, timeoutMs ?? 0);
    }
    const reply = await context.daemon.call('POST /api/agents/:name/inbox', { ack: options.ack ?? false, all: options.all ?? false }, { path: { name } });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { renderInbox } = await import('../render/message-text.ts');
      const { createLook } = await import('../render/look.ts');
      context.out(renderInbox(reply, await createLook(context), Date.now()));
    }
    return EXIT.ok;
  },
});

export const ack = defineSubcommand('say that messages are dealt with', {
  arguments: '[ids...]',
  notes: 'They leave the inbox. Those that are acknowledged already stay so.',
  examples: [
    { run: 'muxward msg ack msg_3f9c2d1b8a70', about: 'one' },
    { run: 'muxward msg inbox coder --json | jq -r ".messages[].id" | xargs muxward msg ack', about: 'all that were shown' },
  ],
  async run({ context, args }) {
    if (args.length === 0) throw new MuxwardError('usage', 'msg ack: which messages?', { hint: 'name their ids: muxward msg inbox shows them' });
    const reply = await context.daemon.call('POST /api/messages/ack', { ids: args });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else context.note(`${reply.messages.length} acknowledged`);
    return EXIT.ok;
  },
});

function nothingCame(name: string, timeoutMs: number): MuxwardError {
  const time = timeoutMs < 1000 ? `${timeoutMs} ms` : formatDuration(timeoutMs);
  return new MuxwardError('timeout', `no message for ${name} after ${time}`, { hint: 'wait longer with --timeout, or for good without it' });
}
