/** `inspect`: everything known of one agent, but no value of its environment. */
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';

export const command = defineCommand({
  arguments: '<name>',
  examples: [
    { run: 'muxward inspect web', about: 'processes, limits, last verdicts' },
    { run: 'muxward inspect web --json | jq .exit', about: 'for a script' },
  ],
  async run({ context, args: [name = ''] }) {
    checkName(name);
    if (context.json) {
      context.outDocument(await context.daemon.raw('GET /api/agents/:name', undefined, { path: { name } }));
      return EXIT.ok;
    }
    const agent = await context.daemon.call('GET /api/agents/:name', undefined, { path: { name } });
    const { createLook } = await import('../render/look.ts');
    const { renderDetails } = await import('../render/agent-details.ts');
    context.out(renderDetails(agent, await createLook(context), Date.now()));
    return EXIT.ok;
  },
});
