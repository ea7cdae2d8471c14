/**
 * Tokens and what they cost. A price is linear but for one step: some models charge more for a long prompt. So sums of
 * tokens can be priced as well as single messages, as long as both sides of that step are summed apart.
 */

export interface Tokens {
  /** Neither read from nor written to the prompt cache. */
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Written for five minutes. */
  readonly cacheWrite: number;
  /** Written for an hour. */
  readonly cacheWrite1h: number;
  readonly webSearches: number;
}

export const NO_TOKENS: Tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, webSearches: 0 };

/** US dollars for a million tokens, and for one web search. */
export interface Rates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly webSearch: number;
}

export interface Price extends Rates {
  /** Rates of messages whose prompt is longer than `aboveTokens`. */
  readonly long?: { readonly aboveTokens: number; readonly rates: Rates };
}

/** The one length of prompt at which any known model's price changes. */
export const LONG_PROMPT_TOKENS = 100_000;

/** One message of a model, as it is counted: once for each id, wherever and however often it is written down. */
export interface MessageUsage {
  readonly id: string;
  readonly sessionId: string;
  readonly model: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly tokens: Tokens;
}

/** What a session has used of one model so far, as its program says: messages, and calls that no message is written of. */
export interface ModelTotal {
  readonly model: string;
  readonly tokens: Tokens;
  readonly usd: number;
  /** The program knows no price of this model, and `usd` is a guess of its. */
  readonly isGuess: boolean;
}

const KEYS = ['input', 'output', 'cacheRead', 'cacheWrite', 'cacheWrite1h', 'webSearches'] as const;

export function addTokens(a: Tokens, b: Tokens): Tokens {
  return combine(a, b, (x, y) => x + y);
}

/** What of `a` is beyond `b`, never below nothing. */
export function tokensBeyond(a: Tokens, b: Tokens): Tokens {
  return combine(a, b, (x, y) => Math.max(0, x - y));
}

function combine(a: Tokens, b: Tokens, by: (x: number, y: number) => number): Tokens {
  return Object.fromEntries(KEYS.map((key) => [key, by(a[key], b[key])])) as unknown as Tokens;
}

export function promptTokens({ input, cacheRead, cacheWrite, cacheWrite1h }: Tokens): number {
  return input + cacheRead + cacheWrite + cacheWrite1h;
}

/** @param isLong the prompt, or each of the prompts summed here, is longer than LONG_PROMPT_TOKENS */
export function usdOf(tokens: Tokens, price: Price, isLong: boolean): number {
  const rates = isLong && price.long ? price.long.rates : price;
  const millionths =
    tokens.input * rates.input +
    tokens.output * rates.output +
    tokens.cacheRead * rates.cacheRead +
    tokens.cacheWrite * rates.cacheWrite +
    tokens.cacheWrite1h * rates.cacheWrite1h;
  return millionths / 1e6 + tokens.webSearches * rates.webSearch;
}
