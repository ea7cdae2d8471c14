/** `msg dead`: messages that came to nothing, and what to do with them. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { printable, suggest } from '../../core/names.ts';
import { defineSubcommand } from '../command.ts';
import type { Context } from '../context.ts';
import { NO_LIMIT, read, showMessages } from './look.ts';

interface DeadFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

const ACTIONS = ['list', 'retry', 'drop'] as const;

export const dead = defineSubcommand<DeadFlags>('dead letters: list, retry ID…, drop ID…', {
  arguments: '[action] [ids...]',
  options: [
    { flags: '-a, --all', about: 'retry, drop: all of them' },
    { flags: '--dry-run', about: 'retry, drop: say which, do nothing' },
  ],
  notes: 'A message is dead where nobody read it within its --ttl, or its recipient was removed. retry puts it into the inbox again, in its old place and with its time anew; drop forgets it.',
  examples: [
    { run: 'muxward msg dead list', about: 'what came to nothing' },
    { run: 'muxward msg dead retry msg_3f9c2d1b8a70', about: 'once its reader is there' },
    { run: 'muxward msg dead drop --all --dry-run', about: 'what would be forgotten' },
  ],
  async run({ context, args: [word = 'list', ...ids], options }) {
    const action = ACTIONS.find((known) => known === word);
    if (action === undefined) throw unknownAction(word);
    if (action === 'list') return await showMessages(context, await read(context, { state: 'dead', limit: NO_LIMIT }), 'No dead letters.');
    if (ids.length === 0 && !options.all) throw new MuxwardError('usage', `msg dead ${action}: which?`, { hint: 'name their ids (muxward msg dead list), or --all' });
    const { dryRun = false } = options;
    const reply = await context.daemon.call('POST /api/messages/dead', { action, ids: options.all ? null : ids, dryRun });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else tell(context, reply.messages, `${dryRun ? 'would be ' : ''}${action === 'retry' ? 'in the inbox again' : 'forgotten'}`);
    return EXIT.ok;
  },
});

function tell(context: Context, messages: readonly { readonly id: string; readonly to: string }[], what: string): void {
  if (messages.length === 0) context.note('No dead letters.');
  for (const { id, to } of messages) context.out(`${id} to ${to}: ${what}\n`);
}

function unknownAction(word: string): MuxwardError {
  const near = suggest(word, ACTIONS);
  return new MuxwardError('usage', `msg dead: "${printable(word)}" is nothing to do with dead letters`, { hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${ACTIONS.join(', ')}` });
}
