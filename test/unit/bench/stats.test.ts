import { describe, expect, it } from 'vitest';
import { inTurns } from '../../../scripts/bench/in-turns.ts';
import { median, summarize } from '../../../scripts/bench/stats.ts';

describe('median', () => {
  it('is the middle one, whatever the order', () => {
    expect(median([30, 10, 20])).toBe(20);
    expect(median([100, 9, 20])).toBe(20);
  });

  it('of an even number is the mean of the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('of nothing is no number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('summarize', () => {
  it('tells how many, the least, the middle and the most', () => {
    expect(summarize([5, 1, 3])).toEqual({ runs: 3, min: 1, median: 3, max: 5 });
  });
});

describe('inTurns', () => {
  it('goes round, leaves warm-ups out and counts what did not come about', async () => {
    const order: string[] = [];
    const take = (key: string, of: (round: number) => number | null) => async (round: number) => {
      order.push(`${key}${round}`);
      return of(round);
    };
    const { summaries, failures } = await inTurns(
      { a: take('a', (round) => round), b: take('b', (round) => (round === 0 ? 7 : null)) },
      2,
      1,
    );
    expect(order).toEqual(['a-1', 'b-1', 'a0', 'b0', 'a1', 'b1']);
    expect(summaries.a).toEqual({ runs: 2, min: 0, median: 0.5, max: 1 });
    expect(summaries.b).toEqual({ runs: 1, min: 7, median: 7, max: 7 });
    expect(failures).toEqual({ a: 0, b: 2 });
  });
});
