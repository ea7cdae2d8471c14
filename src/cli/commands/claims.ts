/** `claims`: who claims what in which folder, and what others changed of it. */
import { EXIT } from '../../core/errors.ts';
import { defineCommand } from '../command.ts';

export const command = defineCommand<object>({
  notes: 'WATCHED is yes while another running agent shares the folder.',
  examples: [
    { run: 'muxward claims', about: 'all there are' },
    { run: 'muxward claims --json', about: 'for a program' },
  ],
  async run({ context }) {
    const reply = await context.daemon.call('GET /api/claims', undefined);
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { createLook } = await import('../render/look.ts');
      const { renderClaims } = await import('../render/claim-table.ts');
      context.out(renderClaims(reply.claims, await createLook(context), Date.now()));
    }
    return EXIT.ok;
  },
});
