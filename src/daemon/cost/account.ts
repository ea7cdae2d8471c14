/**
 * From what is counted to what it cost. Messages are the base. A session also says how much it used of a model in all;
 * what of that no message accounts for (titles, summaries) is added once. A session's sums hold those of the session it
 * was forked from, so the parent's share is taken off. Pure.
 */
import { addTokens, NO_TOKENS, tokensBeyond, usdOf, type Price, type Tokens } from '../../core/cost.ts';
import type { CostLine } from '../../core/cost-report.ts';
import type { CostRows, Payer, SessionTotal, UsageSum } from '../../store/cost-rows.ts';

export type PriceOf = (model: string) => Price | undefined;

export interface Counted {
  /** All messages, for comparison with what sessions say. */
  readonly sums: readonly UsageSum[];
  readonly copies: ReturnType<CostRows['copies']>;
  readonly totals: readonly SessionTotal[];
}

/** One line for each sum of messages. */
function messageLines(sums: readonly UsageSum[], priceOf: PriceOf): CostLine[] {
  return sums.map(({ agent, task, model, day, messages, tokens, isLong }) => {
    const price = priceOf(model);
    return { agent, task, model, day, messages, tokens, usd: price === undefined ? null : usdOf(tokens, price, isLong) };
  });
}

/** What sessions used beyond their messages, and what a model without a price of ours cost by the word of its program. */
function otherLines(counted: Counted, isMeant: (payer: Payer) => boolean, priceOf: PriceOf): (CostLine & { readonly at: string })[] {
  const own = sumBySession(counted.sums);
  const copied = sumBySession(counted.copies);
  const total = new Map(counted.totals.map((each) => [keyOf(each), each]));
  const parents = new Map<string, Set<string>>();
  for (const { sessionId, origin } of counted.copies) parents.set(sessionId, (parents.get(sessionId) ?? new Set()).add(origin));
  const messagesOf = (key: string): Tokens => addTokens(own.get(key) ?? NO_TOKENS, copied.get(key) ?? NO_TOKENS);
  const beyond = (each: SessionTotal): Tokens => {
    const rest = tokensBeyond(each.tokens, messagesOf(keyOf(each)));
    return parentsOf(each, parents, total).reduce((left, parent) => tokensBeyond(left, beyond(parent)), rest);
  };
  return counted.totals.filter(isMeant).flatMap((each) => {
    const { agent, task, model, at } = each;
    const price = priceOf(model);
    const tokens = beyond(each);
    const line = { agent, task, model, day: at.slice(0, 10), messages: 0, tokens, at };
    if (price !== undefined) return Object.values(tokens).some((count) => count > 0) ? [{ ...line, usd: usdOf(tokens, price, false) }] : [];
    if (each.isGuess) return [];
    const inherited = parentsOf(each, parents, total).reduce((sum, parent) => sum + parent.usd, 0);
    return [{ ...line, usd: Math.max(0, each.usd - inherited) }];
  });
}

/** Messages of a model that only its program knows the price of are paid for in the session's own line. */
export function allLines(
  counted: Counted,
  since: string | null,
  isMeant: (payer: Payer) => boolean,
  recent: readonly UsageSum[],
  priceOf: PriceOf,
): CostLine[] {
  const paidBySession = new Set(counted.totals.filter(({ model, isGuess }) => priceOf(model) === undefined && !isGuess).map(({ model }) => model));
  const messages = messageLines(recent.filter(isMeant), priceOf).map((line) => (line.usd === null && paidBySession.has(line.model) ? { ...line, usd: 0 } : line));
  const others = otherLines(counted, isMeant, priceOf).filter(({ at }) => since === null || at >= since);
  return [...messages, ...others];
}

interface OfSession {
  readonly sessionId: string;
  readonly model: string;
  readonly tokens: Tokens;
}

function keyOf({ sessionId, model }: Pick<OfSession, 'sessionId' | 'model'>): string {
  return `${sessionId} ${model}`;
}

function sumBySession(sums: readonly OfSession[]): Map<string, Tokens> {
  const bySession = new Map<string, Tokens>();
  for (const sum of sums) bySession.set(keyOf(sum), addTokens(bySession.get(keyOf(sum)) ?? NO_TOKENS, sum.tokens));
  return bySession;
}

/** A fork of a fork holds copies of both: only the nearest one, which holds the other's sums already, counts. */
function parentsOf(
  { sessionId, model }: SessionTotal,
  parents: ReadonlyMap<string, ReadonlySet<string>>,
  total: ReadonlyMap<string, SessionTotal>,
): SessionTotal[] {
  const origins = [...(parents.get(sessionId) ?? [])];
  const nearest = origins.filter((one) => !origins.some((other) => parents.get(other)?.has(one)));
  return nearest.flatMap((origin) => total.get(keyOf({ sessionId: origin, model })) ?? []);
}
