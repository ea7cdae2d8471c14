import { expect, it } from 'vitest';
import { cachedFor } from '../../../src/system/cached-for.ts';
import { until } from './real-processes.ts';

it('reads once for all who ask at the same time, and anew later', async () => {
  let reads = 0;
  const cached = cachedFor(20, () => ++reads);
  expect([cached(), cached(), cached()]).toEqual([1, 1, 1]);
  await until('it is read again', () => cached() === 2);
});

it('keeps a reading longer that took long', async () => {
  let reads = 0;
  const cached = cachedFor(1, () => {
    const startedMs = performance.now();
    while (performance.now() - startedMs < 10);
    return ++reads;
  });
  cached();
  const startedMs = performance.now();
  await until('it is read again', () => cached() === 2);
  expect(performance.now() - startedMs).toBeGreaterThan(35);
});
