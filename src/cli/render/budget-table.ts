/** `budget show`: one agent a line. Pure. */
import type { BudgetState } from '../../core/budget.ts';
import { formatUsd } from './cost-table.ts';
import type { Look } from './look.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'NAME' },
  { header: 'BUDGET', align: 'right' as const },
  { header: 'SPENT', align: 'right' as const },
  { header: 'LEFT', align: 'right' as const, goes: 1 },
  { header: 'USED', align: 'right' as const },
  { header: 'STATE' },
];

const WORDS = { open: 'open', warned: 'nearly spent', exceeded: 'spent: paused' } as const;

export function renderBudgets(budgets: readonly { readonly name: string; readonly budget: BudgetState | null }[], { palette, none, width }: Look): string {
  if (budgets.length === 0) return 'No agent has a budget. Give one: muxward budget set NAME USD\n';
  const rows = budgets.map(({ name, budget }) => {
    if (budget === null) return [name, none, none, none, none, 'no budget'];
    const { usd, spentUsd, state } = budget;
    const paint = state === 'exceeded' ? palette.bad : state === 'warned' ? palette.attention : palette.good;
    return [name, formatUsd(usd), formatUsd(spentUsd), formatUsd(Math.max(0, usd - spentUsd)), `${Math.floor((spentUsd / usd) * 100)} %`, paint(WORDS[state])];
  });
  const [head = '', ...body] = renderTable(COLUMNS, rows, width);
  return `${[palette.faint(head), ...body].join('\n')}\n`;
}
