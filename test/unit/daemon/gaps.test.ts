import { expect, it } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { Gaps } from '../../../src/daemon/health/gaps.ts';

it.each([
  ['a tick', 250, 250, false],
  ['a busy machine', 2900, 2900, false],
  ['a process that was stopped', 60_000, 60_000, true],
  ['a suspend, in which monotonic time stands still', 250, 3_600_000, true],
  ['a clock that jumps back', 250, -3_600_000, true],
])('%s', (_, monotonicMs, wallMs, passed) => {
  const now = { monotonicMs: 1000, wallMs: 5e12 };
  const clock: Clock = { monotonicMs: () => now.monotonicMs, now: () => new Date(now.wallMs), after: () => () => undefined, every: () => () => undefined };
  const gaps = new Gaps(clock);
  now.monotonicMs += monotonicMs;
  now.wallMs += wallMs;
  expect([gaps.passed(), gaps.passed()]).toEqual([passed, false]);
});
