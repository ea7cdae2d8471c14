/** Reads token counts where Claude Code writes them: a message's `usage`, and a session's `modelUsage`. */
import type { ModelTotal, Tokens } from '../../core/cost.ts';
import { countIn, isObject, objectIn } from './json-lines.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The `usage` of one message. What is written to the cache is told as a whole, and the part of it that lasts an hour. */
export function tokensOfUsage(usage: Fields): Tokens {
  const written = countIn(usage, 'cache_creation_input_tokens');
  const hour = Math.min(written, countIn(objectIn(usage, 'cache_creation'), 'ephemeral_1h_input_tokens'));
  return {
    input: countIn(usage, 'input_tokens'),
    output: countIn(usage, 'output_tokens'),
    cacheRead: countIn(usage, 'cache_read_input_tokens'),
    cacheWrite: written - hour,
    cacheWrite1h: hour,
    webSearches: countIn(objectIn(usage, 'server_tool_use'), 'web_search_requests'),
  };
}

/** `modelUsage` of a result, or of a session's `cost-state`: sums since the session began. */
export function totalsOf(modelUsage: unknown, hasUnknownPrice: boolean): ModelTotal[] {
  if (!isObject(modelUsage)) return [];
  return Object.entries(modelUsage).flatMap(([model, fields]) => (isObject(fields) ? [totalOf(model, fields, hasUnknownPrice)] : []));
}

function totalOf(model: string, fields: Fields, hasUnknownPrice: boolean): ModelTotal {
  const written = countIn(fields, 'cacheCreationInputTokens');
  const hour = Math.min(written, countIn(fields, 'cacheCreationEphemeral1hInputTokens'));
  const tokens = {
    input: countIn(fields, 'inputTokens'),
    output: countIn(fields, 'outputTokens'),
    cacheRead: countIn(fields, 'cacheReadInputTokens'),
    cacheWrite: written - hour,
    cacheWrite1h: hour,
    webSearches: countIn(fields, 'webSearchRequests'),
  };
  return { model, tokens, usd: countIn(fields, 'costUSD'), isGuess: hasUnknownPrice || fields['costBasis'] === 'unknown' };
}
