import { expect, it } from 'vitest';
import { growthOfSecondHalf } from '../../../scripts/bench/measures/soak.ts';

it('growth of memory is what grew in the second half, whatever a collector does in between', () => {
  const saw = (n: number): number => (n % 5) * 100;
  const samples = (leak: number): number[] => Array.from({ length: 300 }, (_, n) => (n < 150 ? n * 50 : 7500) + saw(n) + leak * n);
  expect(growthOfSecondHalf(samples(0))).toBe(0);
  expect(growthOfSecondHalf(samples(2))).toBe(300);
  expect(growthOfSecondHalf([])).toBeNaN();
});
