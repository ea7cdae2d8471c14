/** `cost`: one group a line, and the sum. Pure. */
import type { CostReport, CostSum } from '../../core/cost-report.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'COST', align: 'right' as const },
  { header: 'MESSAGES', align: 'right' as const, goes: 1 },
  { header: 'INPUT', align: 'right' as const },
  { header: 'CACHE READ', align: 'right' as const, goes: 3 },
  { header: 'CACHE WRITE', align: 'right' as const, goes: 2 },
  { header: 'OUTPUT', align: 'right' as const },
];

export function renderCost({ by, rows, total, unpriced }: CostReport, look: Look): string {
  const { palette, none } = look;
  if (rows.length === 0) return 'Nothing was used so far. Claude Code agents are counted: muxward spawn NAME --prompt "…"\n';
  const cells = rows.map((row) => [row.key === null ? none : safeLine(row.key), ...cellsOf(row)]);
  const table = renderTable([{ header: by.toUpperCase(), shrinksTo: 12 }, ...COLUMNS], [...cells, ['total', ...cellsOf(total)]], look.width);
  const [head = '', ...body] = table;
  const sum = body.pop() ?? '';
  const lines = [palette.faint(head), ...body, palette.strong(sum)];
  if (unpriced.length > 0) lines.push('', palette.attention(missing(unpriced)));
  return `${lines.join('\n')}\n`;
}

function missing(models: readonly string[]): string {
  return `Not counted, for want of a price: ${models.map(safeLine).join(', ')}. Write it into config.yaml (prices:); see muxward config schema settings.`;
}

function cellsOf(sum: CostSum): string[] {
  const tokens = [sum.messages, sum.inputTokens, sum.cacheReadTokens, sum.cacheWriteTokens, sum.outputTokens];
  return [`${sum.isPartial ? '≥ ' : ''}${formatUsd(sum.usd)}`, ...tokens.map((count) => count.toLocaleString('en-US'))];
}

/** `$12.34`, and small sums as exactly as they matter: `$0.0218`. */
export function formatUsd(usd: number): string {
  return `$${usd.toFixed(usd !== 0 && usd < 1 ? 4 : 2)}`;
}
