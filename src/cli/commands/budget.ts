/** `budget`: what Claude Code agents may cost. */
import type { BudgetState } from '../../core/budget.ts';
import { EXIT } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { defineSubcommand, type CommandGroup } from '../command.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';
import { budgetOf } from '../spec-claude.ts';

interface Shown {
  readonly name: string;
  readonly budget: BudgetState | null;
}

const show = defineSubcommand<SelectorFlags>('budgets, and what is spent of them', {
  arguments: '[names...]',
  options: SELECTOR_OPTIONS,
  examples: [
    { run: 'muxward budget show', about: 'all agents that have one' },
    { run: 'muxward budget show coder --json', about: 'one, for a program' },
  ],
  async run({ context, args, options }) {
    const { agents } = await context.daemon.call('GET /api/agents', selectorOf(args, options));
    const budgets: Shown[] = agents.map(({ name, budget }) => ({ name, budget: budget ?? null }));
    const shown = args.length > 0 ? budgets : budgets.filter(({ budget }) => budget !== null);
    if (context.json) {
      context.out(`${JSON.stringify({ budgets: shown })}\n`);
      return EXIT.ok;
    }
    const { createLook } = await import('../render/look.ts');
    const { renderBudgets } = await import('../render/budget-table.ts');
    context.out(renderBudgets(shown, await createLook(context)));
    return EXIT.ok;
  },
});

const set = defineSubcommand<object>('give an agent a budget, or another one', {
  arguments: '<name> <usd>',
  notes: 'USD is a number of dollars, or none. An agent that was paused for its budget goes on with: muxward resume NAME',
  examples: [
    { run: 'muxward budget set coder 10 && muxward resume coder', about: 'more of it' },
    { run: 'muxward budget set coder none', about: 'no bound any more' },
  ],
  async run({ context, args: [name = '', usd = ''] }) {
    checkName(name);
    const request = { usd: usd === 'none' ? null : budgetOf(usd, 'USD') };
    const reply = await context.daemon.call('POST /api/agents/:name/budget', request, { path: { name } });
    if (context.json) context.out(`${JSON.stringify({ name, ...reply })}\n`);
    else if (!context.quiet) {
      const { createLook } = await import('../render/look.ts');
      const { renderBudgets } = await import('../render/budget-table.ts');
      context.out(renderBudgets([{ name, ...reply }], await createLook(context)));
    }
    return EXIT.ok;
  },
});

export const command: CommandGroup = { subcommands: { show, set }, otherwise: 'show' };
