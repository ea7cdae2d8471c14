/** `msg subscribe`, `unsubscribe` and `subscriptions`: who gets what is published on which topics. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkTopicPattern } from '../../core/message.ts';
import { checkName } from '../../core/names.ts';
import { defineSubcommand } from '../command.ts';
import type { Context } from '../context.ts';
import { whoami } from './who.ts';

export const subscribe = defineSubcommand('get what is published on topics', {
  arguments: '[name] [pattern]',
  notes: 'Inside an agent its name may be left out. In a pattern * stands for any text.',
  examples: [
    { run: "muxward msg subscribe coder 'health.*'", about: 'all topics that begin so' },
    { run: 'muxward msg subscribe build.done', about: 'inside an agent: one topic' },
  ],
  async run({ context, args }) {
    const [name, pattern] = meant(context, args);
    if (pattern === undefined) throw new MuxwardError('usage', 'msg subscribe: to which topics?', { hint: "muxward msg subscribe NAME 'health.*'" });
    const made = await context.daemon.call('POST /api/agents/:name/subscribe', { pattern: checkTopicPattern(pattern) }, { path: { name } });
    if (context.json) context.out(`${JSON.stringify(made)}\n`);
    else context.note(`${made.agent} gets what is published on ${made.pattern}`);
    return EXIT.ok;
  },
});

interface UnsubscribeFlags {
  readonly all?: boolean;
}

export const unsubscribe = defineSubcommand<UnsubscribeFlags>('no longer get what is published', {
  arguments: '[name] [pattern]',
  options: [{ flags: '-a, --all', about: 'from all topics' }],
  examples: [
    { run: "muxward msg unsubscribe coder 'health.*'", about: 'the pattern, as it was subscribed' },
    { run: 'muxward msg unsubscribe coder --all', about: 'all of them' },
  ],
  async run({ context, args, options }) {
    const [name, pattern] = options.all ? [args[0] === undefined ? whoami(context) : checkName(args[0]), null] : meant(context, args);
    if (pattern === undefined) throw new MuxwardError('usage', 'msg unsubscribe: from which topics?', { hint: 'muxward msg subscriptions shows them; --all for all' });
    const reply = await context.daemon.call('POST /api/agents/:name/unsubscribe', { pattern }, { path: { name } });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else context.note(reply.subscriptions.map((one) => `${one.agent} no longer gets what is published on ${one.pattern}`).join('\n'));
    return EXIT.ok;
  },
});

export const subscriptions = defineSubcommand('who gets what is published on which topics', {
  examples: [
    { run: 'muxward msg subscriptions', about: 'of all agents' },
    { run: 'muxward msg subscriptions --json', about: 'for a program' },
  ],
  async run({ context }) {
    const reply = await context.daemon.call('GET /api/subscriptions', undefined);
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { renderSubscriptions } = await import('../render/message-table.ts');
      const { createLook } = await import('../render/look.ts');
      context.out(renderSubscriptions(reply.subscriptions, await createLook(context), Date.now()));
    }
    return EXIT.ok;
  },
});

/** One word is the pattern of who runs this. */
function meant(context: Context, [first, second]: readonly string[]): [string, string | undefined] {
  if (first === undefined || second === undefined) return [whoami(context), first];
  return [checkName(first), second];
}
