// Limits in virtual time: when one is told of, and how a throttled agent comes to what it may use.
import { describe, expect, it } from 'vitest';
import { afterReading, meanAfter, nextDuty, UNTOUCHED } from '../../../src/health/limit-policy.ts';

/** What is told of each reading of a limit of 100. */
function told(readings: readonly number[]): (string | null)[] {
  let state = UNTOUCHED;
  return readings.map((used) => {
    const after = afterReading(state, used, 100);
    ({ state } = after);
    return after.news;
  });
}

describe('news', () => {
  it.each([
    [[10, 79, 80, 90, 100, 80], [null, null, 'warned', null, null, null]],
    [[85, 78, 85, 74, 85], ['warned', null, null, null, 'warned']],
    [[50, 101, 150, 100, 101], [null, 'exceeded', null, null, 'exceeded']],
    [[90, 101, 99, 70, 120], ['warned', 'exceeded', null, null, 'exceeded']],
  ])('%j: %j', (readings, news) => {
    expect(told(readings)).toEqual(news);
  });
});

describe('a throttled agent', () => {
  /** Uses what it wants as far as its duty lets it, a sample a second; gives what it used in each. */
  function throttled(wants: (second: number) => number, limit: number, seconds: number): { used: number[]; duty: number } {
    let [duty, mean] = [1, null as number | null];
    const used: number[] = [];
    for (let second = 0; second < seconds; second += 1) {
      const now = wants(second) * duty;
      used.push(now);
      mean = meanAfter(mean, now);
      if (duty < 1 || mean > limit) duty = nextDuty(duty, mean, limit);
    }
    return { used, duty };
  }

  it.each([
    [4, 1],
    [1, 0.25],
    [2, 1.9],
    [30, 2],
  ])('that wants %d cores comes to its %d', (wants, limit) => {
    const { used } = throttled(() => wants, limit, 60);
    const last = used.slice(-20);
    const mean = last.reduce((sum, each) => sum + each, 0) / last.length;
    expect(mean).toBeGreaterThan(limit * 0.7);
    expect(mean).toBeLessThan(limit * 1.15);
  });

  it('that wants less again gets all of it', () => {
    expect(throttled((second) => (second < 20 ? 4 : 0.5), 1, 60).duty).toBe(1);
  });

  it('always runs for some of the time', () => {
    expect(nextDuty(0.05, 100, 0.1)).toBeGreaterThan(0);
  });
});

it('a burst of a second is no excess', () => {
  const mean = [0, 0, 1].reduce<number | null>((before, each) => meanAfter(before, each), null);
  expect(mean).toBeLessThan(0.5);
});
