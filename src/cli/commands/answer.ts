/** `answer`: answers what an agent asks, or without an answer shows what that is. */
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import type { AgentQuestion } from '../../core/question.ts';
import type { Context } from '../context.ts';

export const command = defineCommand({
  arguments: '<name> [answer...]',
  notes: 'allow, deny, deny and why; for a question a number, a choice or a text, and where there are several questions one argument each.',
  examples: [
    { run: 'muxward answer coder', about: 'what it asks, and the choices' },
    { run: 'muxward answer coder deny "use the staging database"', about: 'refused, and told why' },
    { run: 'muxward answer coder Blue', about: 'one of the choices of its question' },
  ],
  async run({ context, args: [name = '', ...words] }) {
    checkName(name);
    if (words.length === 0) return await show(context, name);
    const reply = await context.daemon.call('POST /api/agents/:name/answer', { words }, { path: { name } });
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else if (!context.quiet) {
      const { safeLine } = await import('../render/safe-text.ts');
      context.out(`${context.terminal ? '✔ ' : ''}${reply.name}: ${safeLine(reply.answered)}\n`);
    }
    return EXIT.ok;
  },
});

async function show(context: Context, name: string): Promise<number> {
  const reply = await context.daemon.call('GET /api/agents/:name/question', undefined, { path: { name } });
  if (context.json) context.out(`${JSON.stringify(reply)}\n`);
  else if (reply.question === null) context.out(`${reply.name} asks nothing now.\n`);
  else context.out(`${await describe(reply.name, reply.question)}\n`);
  return EXIT.ok;
}

async function describe(name: string, { kind, text, asks }: AgentQuestion): Promise<string> {
  const { safeLine, safeText } = await import('../render/safe-text.ts');
  const about = { permission: 'wants permission', question: 'asks', dialog: 'shows' }[kind];
  const lines = asks.flatMap((ask) => [
    ...(kind === 'question' ? [`  ${safeLine(ask.text)}${ask.many ? ' (several, with commas)' : ''}`] : []),
    ...ask.options.map((option, i) => (kind === 'permission' ? `  ${option}` : `  ${i + 1}. ${safeLine(option)}`)),
    ...(ask.isFree ? ['  or a text of your own'] : []),
  ]);
  const head = kind === 'question' ? `${name} ${about}:` : `${name} ${about}: ${safeText(text)}`;
  return [head, ...lines, `answer it: muxward answer ${name} ${kind === 'permission' || isYesOrNo(asks) ? 'allow|deny' : asks.map(() => 'CHOICE').join(' ')}`].join('\n');
}

function isYesOrNo(asks: AgentQuestion['asks']): boolean {
  return asks.length === 1 && asks.some(({ options }) => options.some((option) => /^yes\b/i.test(option)) && options.some((option) => /^no\b/i.test(option)));
}
