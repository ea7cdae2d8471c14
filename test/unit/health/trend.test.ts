import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growthIn, MIN_SPAN_MS } from '../../../src/health/trend.ts';

const MINUTE_MS = 60_000;
const MB = 2 ** 20;

/** One point a minute. */
const points = (minutes: number, value: (minute: number) => number) => Array.from({ length: minutes + 1 }, (_, minute) => ({ atMs: minute * MINUTE_MS, value: value(minute) }));
const growth = (minutes: number, value: (minute: number) => number) => growthIn(points(minutes, value), minutes * MINUTE_MS);

describe('memory', () => {
  it('that grows steadily is told with its slope, and since when', () => {
    expect(growth(180, (minute) => 100 * MB + minute * 0.2 * MB)).toEqual({ bytesPerHour: 12 * MB, sinceMs: 180 * MINUTE_MS });
  });

  it.each<[string, (minute: number) => number]>([
    ['stays', () => 100 * MB],
    ['falls', (minute) => (500 - minute) * MB],
    ['jumps once', (minute) => (minute < 60 ? 100 : 200) * MB],
    ['levels off after a start', (minute) => 300 * MB * (1 - Math.exp(-minute / 15))],
    ['is a saw-tooth of a garbage collector', (minute) => (100 + (minute % 20) * 5) * MB],
    ['grows by next to nothing', (minute) => 1000 * MB + minute * 1000],
  ])('that %s grows not', (_, value) => {
    expect(growth(180, value)).toBeNull();
  });

  it('is not judged by less than half an hour, or by a few points', () => {
    expect(growth(MIN_SPAN_MS / MINUTE_MS - 1, (minute) => minute * MB)).toBeNull();
    expect(growthIn([{ atMs: 0, value: 1 }, { atMs: 10 * MIN_SPAN_MS, value: 1000 * MB }], 10 * MIN_SPAN_MS)).toBeNull();
    expect(growthIn([], 0)).toBeNull();
  });

  it('that grows is told so in spite of noise and of single peaks', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 121, maxLength: 121 }), fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 4 }), (noise, peaks) => {
        const found = growth(120, (minute) => (100 + minute + (noise[minute] ?? 0) * 5 + (peaks.includes(minute) ? 2000 : 0)) * MB);
        const perHour = (found?.bytesPerHour ?? 0) / MB;
        expect(perHour).toBeGreaterThan(50);
        expect(perHour).toBeLessThan(70);
      }),
    );
  });
});
