/** `send`: types a text at an agent's terminal and submits it once. */
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { textArgument } from '../text-argument.ts';

interface SendOptions {
  readonly wait?: boolean;
  readonly submit?: boolean;
  readonly command?: boolean;
}

export const command = defineCommand<SendOptions>({
  arguments: '<name> <text...>',
  options: [
    { flags: '--no-wait', about: 'do not wait for proof that it was taken' },
    { flags: '--command', about: 'the text is a command of Claude Code, such as /clear' },
    { flags: '--no-submit', about: 'type it, do not press Enter' },
  ],
  notes: 'A text of - is read from standard input. Several words are joined by spaces.',
  examples: [
    { run: 'muxward send coder "run the tests again"', about: 'typed and submitted once' },
    { run: 'muxward send coder --command "/compact"', about: 'a command of Claude Code' },
    { run: 'git diff | muxward send reviewer -', about: 'from standard input' },
  ],
  async run({ context, args: [name = '', ...words], options }) {
    checkName(name);
    const text = await textArgument(words, 'send', 'muxward send NAME TEXT');
    const submit = options.submit ?? true;
    const request = { text, submit, ...(options.wait === false ? { wait: false } : {}), ...(options.command ? { command: true } : {}) };
    const reply = await context.daemon.call('POST /api/agents/:name/input', request, { path: { name } });
    if (context.json) context.out(`${JSON.stringify({ name, ...reply })}\n`);
    else if (!context.quiet) {
      const { safeLine } = await import('../render/safe-text.ts');
      context.out(`${context.terminal ? '✔ ' : ''}${name}: ${safeLine(reply.proof)}\n`);
    }
    return EXIT.ok;
  },
});
