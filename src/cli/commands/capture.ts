/** `capture`: an agent's screen as it is now. */
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';

export const command = defineCommand({
  arguments: '<name>',
  examples: [
    { run: 'muxward capture coder', about: 'what you would see after attach' },
    { run: 'muxward capture coder --json', about: 'with size and cursor' },
  ],
  async run({ context, args: [name = ''] }) {
    checkName(name);
    if (context.json) {
      context.outDocument(await context.daemon.raw('GET /api/agents/:name/screen', undefined, { path: { name } }));
      return EXIT.ok;
    }
    const { text } = await context.daemon.call('GET /api/agents/:name/screen', undefined, { path: { name } });
    const { safeText } = await import('../render/safe-text.ts');
    context.out(`${safeText(text).trimEnd()}\n`);
    return EXIT.ok;
  },
});
