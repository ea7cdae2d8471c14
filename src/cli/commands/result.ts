/** `result`: what came of a headless agent's last turn. */
import { EXIT } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand<object>({
  arguments: '<name>',
  notes: 'Ends with 1 where the turn failed, also by an error of the API. The answer alone is printed in a pipe.',
  examples: [
    { run: 'muxward wait coder --for idle && muxward result coder', about: 'what it answered' },
    { run: 'muxward result coder --json', about: 'with its cost and what became of it' },
  ],
  async run({ context, args: [name = ''] }) {
    checkName(name);
    const result = await context.daemon.call('GET /api/agents/:name/result', {}, { path: { name } });
    if (context.json) context.out(`${JSON.stringify({ name, ...result })}\n`);
    else {
      const { createLook } = await import('../render/look.ts');
      const { renderResult } = await import('../render/result-lines.ts');
      context.out(renderResult(result, await createLook(context)));
    }
    return result.isError ? EXIT.failed : EXIT.ok;
  },
});
