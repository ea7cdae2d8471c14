import { describe, expect, it } from 'vitest';
import { priceOf } from '../../../../src/agents/claude/prices.ts';
import { NO_TOKENS, usdOf, type Price } from '../../../../src/core/cost.ts';

describe('the price of a model', () => {
  it('is found by its name, whatever the platform calls it', () => {
    const price = priceOf('claude-opus-5-5', {});
    expect(price).toMatchObject({ input: 4, output: 20, cacheRead: 0.2, cacheWrite: 5, cacheWrite1h: 8 });
    for (const name of ['claude-opus-5-5[1m]', 'us.anthropic.claude-opus-5-5-20260701-v1:0', 'claude-opus-5-5@20260701', 'claude-opus-5-5-20260701']) {
      expect(priceOf(name, {})).toEqual(price);
    }
    expect(priceOf('claude-sonnet-4-20250514', {})).toMatchObject({ input: 3 });
  });

  it('is not that of another version, and unknown where nobody knows it', () => {
    expect(priceOf('claude-opus-5-9', {})).toBeUndefined();
    expect(priceOf('foo-model-9', {})).toBeUndefined();
  });

  it("is the user's own where there is one", () => {
    const own = { 'foo-model-9': { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, cacheWrite1h: 0, webSearch: 0 } satisfies Price };
    expect(priceOf('foo-model-9', own)).toMatchObject({ input: 1 });
  });

  it('makes the sum that Claude Code itself comes to', () => {
    const price = priceOf('claude-opus-5-5', {}) as Price;
    expect(usdOf({ ...NO_TOKENS, input: 5211, output: 49 }, price, false)).toBeCloseTo(0.021824, 10);
    const haiku = priceOf('claude-haiku-5-5', {}) as Price;
    expect(usdOf({ ...NO_TOKENS, input: 200_000 }, haiku, true)).toBeCloseTo(0.1, 10);
    expect(usdOf({ ...NO_TOKENS, input: 20_000 }, haiku, false)).toBeCloseTo(0.002, 10);
  });
});
