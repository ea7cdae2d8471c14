/** What `cost` shows: shapes of the report, and how its lines are summed up. Pure. */
import { addTokens, NO_TOKENS, type Tokens } from './cost.ts';

export const COST_GROUPS = ['agent', 'task', 'model', 'day'] as const;
export type CostGroup = (typeof COST_GROUPS)[number];

/** What was used of one model by one agent on one day. */
export interface CostLine {
  readonly agent: string;
  /** Null outside tasks. */
  readonly task: string | null;
  readonly model: string;
  /** `2030-01-31`, UTC. */
  readonly day: string;
  /** Messages of the model; calls that the program makes for itself are not among them, but their tokens are. */
  readonly messages: number;
  readonly tokens: Tokens;
  /** Null where nobody knows the price. */
  readonly usd: number | null;
}

export interface CostSum {
  readonly usd: number;
  readonly messages: number;
  /** Neither read from nor written to the prompt cache. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly webSearches: number;
  /** Something in it has no known price, so that `usd` is less than it cost. */
  readonly isPartial: boolean;
}

interface CostRow extends CostSum {
  /** The agent, task, model or day; null for what belongs to no task. */
  readonly key: string | null;
}

/** `cost --json`. */
export interface CostReport {
  readonly by: CostGroup;
  readonly since: string | null;
  /** The dearest first; days in their order. */
  readonly rows: readonly CostRow[];
  readonly total: CostSum;
  /** Models whose price nobody knows. */
  readonly unpriced: readonly string[];
}

export function sumOf(lines: readonly CostLine[]): CostSum {
  const tokens = lines.reduce((sum, line) => addTokens(sum, line.tokens), NO_TOKENS);
  return {
    usd: lines.reduce((sum, line) => sum + (line.usd ?? 0), 0),
    messages: lines.reduce((sum, line) => sum + line.messages, 0),
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    cacheReadTokens: tokens.cacheRead,
    cacheWriteTokens: tokens.cacheWrite + tokens.cacheWrite1h,
    webSearches: tokens.webSearches,
    isPartial: lines.some(({ usd }) => usd === null),
  };
}

export function reportOf(lines: readonly CostLine[], by: CostGroup, since: string | null): CostReport {
  const groups = new Map<string | null, CostLine[]>();
  for (const line of lines) groups.set(line[by], [...(groups.get(line[by]) ?? []), line]);
  const rows = [...groups].map(([key, of]) => ({ key, ...sumOf(of) }));
  return {
    by,
    since,
    rows: rows.toSorted((a, b) => (by === 'day' ? (a.key ?? '').localeCompare(b.key ?? '') : b.usd - a.usd || (a.key ?? '').localeCompare(b.key ?? ''))),
    total: sumOf(lines),
    unpriced: [...new Set(lines.filter(({ usd }) => usd === null).map(({ model }) => model))].toSorted(),
  };
}
