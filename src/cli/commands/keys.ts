/** `keys`: presses keys at an agent's terminal. */
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';

export const command = defineCommand({
  arguments: '<name> <keys...>',
  notes: 'Keys are named as in tmux: a, Enter, Escape, Tab, Up, F5, C-c (Ctrl-C), M-x (Alt-x).',
  examples: [
    { run: 'muxward keys coder Escape Escape', about: 'two keys, one after the other' },
    { run: 'muxward keys repl C-d', about: 'Ctrl-D' },
  ],
  async run({ context, args: [name = '', ...keys] }) {
    checkName(name);
    await context.daemon.call('POST /api/agents/:name/keys', { keys }, { path: { name } });
    if (context.json) context.out(`${JSON.stringify({ name, keys })}\n`);
    return EXIT.ok;
  },
});
