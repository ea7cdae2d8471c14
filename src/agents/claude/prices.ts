/** What Claude models cost, as Claude Code 2.1.329 itself counts (list prices); the user's own prices win over these. */
import { LONG_PROMPT_TOKENS, type Price, type Rates } from '../../core/cost.ts';

const WEB_SEARCH = 0.01;

/** A cache write costs 1.25 times the input, one for an hour twice as much, in all of them. */
function rates(input: number, output: number, cacheRead: number): Rates {
  return { input, output, cacheRead, cacheWrite: input * 1.25, cacheWrite1h: input * 2, webSearch: WEB_SEARCH };
}

const PRICES: Readonly<Record<string, Price>> = {
  'claude-3-5-haiku': rates(0.8, 4, 0.08),
  'claude-haiku-4-5': rates(1, 5, 0.1),
  'claude-haiku-5-5': { ...rates(0.1, 0.5, 0.01), long: { aboveTokens: LONG_PROMPT_TOKENS, rates: rates(0.5, 2.5, 0.05) } },
  'claude-3-5-sonnet': rates(3, 15, 0.3),
  'claude-3-7-sonnet': rates(3, 15, 0.3),
  'claude-sonnet-4': rates(3, 15, 0.3),
  'claude-sonnet-5': rates(2, 10, 0.2),
  'claude-sonnet-5-5': rates(2, 10, 0.1),
  'claude-opus-4': rates(15, 75, 1.5),
  'claude-opus-4-5': rates(5, 25, 0.5),
  'claude-opus-4-6': rates(5, 25, 0.5),
  'claude-opus-4-7': rates(5, 25, 0.5),
  'claude-opus-4-8': rates(5, 25, 0.5),
  'claude-opus-5': rates(5, 25, 0.5),
  'claude-opus-5-5': rates(4, 20, 0.2),
  'claude-mythos-5': rates(10, 50, 1),
  'claude-mythos-5-1': rates(10, 50, 0.25),
  'claude-mythos-5-2': rates(8, 40, 0.2),
  'claude-fable-5': rates(10, 50, 1),
  'claude-fable-5-1': rates(10, 50, 0.25),
  'claude-fable-5-2': rates(8, 40, 0.2),
};

/** Prices by name of a model, or the beginning of it. */
export type PriceTable = Readonly<Record<string, Price>>;

/**
 * The price of a model: of the user's table where it has one, otherwise the list price, undefined where neither knows it.
 * `us.anthropic.claude-opus-5-5-20260701-v1:0` and `claude-opus-5-5[1m]` are claude-opus-5-5.
 */
export function priceOf(model: string, own: PriceTable): Price | undefined {
  return lookUp(model, own) ?? lookUp(model, PRICES);
}

function lookUp(model: string, table: PriceTable): Price | undefined {
  const exact = table[model];
  if (exact) return exact;
  const bare = model.replace(/^.*?(?=claude-)/, '').replace(/\[.*$/, '');
  const known = Object.keys(table).filter((name) => bare === name || isVersionOf(bare, name));
  const longest = known.toSorted((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : table[longest];
}

/** What follows the name is a date, a revision or a platform's mark: another minor version is another model. */
function isVersionOf(model: string, name: string): boolean {
  return model.startsWith(name) && /^(-0$|-\d{8}|-latest|-v\d|[@:])/.test(model.slice(name.length));
}
