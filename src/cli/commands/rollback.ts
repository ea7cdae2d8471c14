/** `rollback`: takes an agent back to a checkpoint, and forward again. */
import type { RollbackPart } from '../../core/checkpoint.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { one } from '../checkpoint/arguments.ts';
import { defineCommand } from '../command.ts';
import { withProgress } from '../render/progress.ts';

interface RollbackOptions {
  readonly filesOnly?: boolean;
  readonly conversationOnly?: boolean;
  readonly undo?: boolean;
  readonly dryRun?: boolean;
}

export const command = defineCommand<RollbackOptions>({
  arguments: '[name] [id]',
  options: [
    { flags: '--files-only', about: 'the conversation goes on as it is' },
    { flags: '--conversation-only', about: 'files stay as they are' },
    { flags: '--undo', about: 'back to what the last rollback undid' },
    { flags: '--dry-run', about: 'say what would be undone, undo nothing' },
  ],
  notes: 'Without an id: the last good checkpoint. What is undone is saved first. The agent is stopped, and runs again afterwards if it ran. Branches, commits and your index stay. One that was removed is there again, and does not run.',
  examples: [
    { run: 'muxward rollback coder', about: 'to its last good checkpoint' },
    { run: 'muxward rollback coder --undo', about: 'that was wrong: forward again' },
  ],
  async run({ context, args: [name, id, ...rest], options }) {
    const agent = one(name === undefined ? [] : [name, ...rest], 'rollback', 'which agent?', 'muxward rollback NAME [ID]');
    const request = { ...(id === undefined ? {} : { id }), part: partOf(options), undo: options.undo ?? false, dryRun: options.dryRun ?? false };
    if (request.undo && id !== undefined) throw new MuxwardError('usage', 'rollback --undo takes no id', { hint: `muxward rollback ${agent} --undo, or: muxward rollback ${agent} ${id}` });
    const reply = await withProgress(context, `rolling ${agent} back`, context.daemon.call('POST /api/agents/:name/rollback', request, { path: { name: agent } }));
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { tellRolledBack } = await import('../render/checkpoint-text.ts');
      const { createLook } = await import('../render/look.ts');
      context.out(tellRolledBack(reply, await createLook(context), Date.now()));
    }
    return EXIT.ok;
  },
});

function partOf({ filesOnly, conversationOnly }: RollbackOptions): RollbackPart {
  if (filesOnly && conversationOnly) throw new MuxwardError('usage', 'rollback: --files-only and --conversation-only leave nothing', { hint: 'say neither for both' });
  return filesOnly ? 'files' : conversationOnly ? 'conversation' : 'both';
}
