import { expect, test } from 'vitest';
import { VirtualClock } from '../daemon/virtual-clock.ts';

test('looks are due at the multiples of their periods, and those of one moment wake once', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const look = (name: string) => (): void => void seen.push(`${name} ${clock.monotonicMs()}`);
  await clock.pass(130);
  clock.every(1000, look('a'));
  clock.every(500, look('b'));
  await clock.pass(400);
  clock.every(1000, look('c'));
  expect(clock.timers).toBe(1);
  await clock.pass(1470);
  expect(seen).toEqual(['b 500', 'a 1000', 'b 1000', 'c 1000', 'b 1500', 'a 2000', 'b 2000', 'c 2000']);
});

test('one that has ended is not called again, not even by another at the same moment; with the last one the timer goes', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const endFirst = clock.every(1000, () => {
    seen.push('first');
    endFirst();
    endSecond();
  });
  const endSecond = clock.every(1000, () => void seen.push('second'));
  await clock.pass(5000);
  expect([seen, clock.timers]).toEqual([['first'], 0]);
});

test('what one throws is thrown apart: the others have their turn, and it has its next', async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  clock.every(1000, () => {
    throw new Error('this look fails');
  });
  clock.every(1000, () => void seen.push(clock.monotonicMs()));
  await expect(clock.pass(1000)).rejects.toThrow('this look fails');
  await expect(clock.pass(1000)).rejects.toThrow('this look fails');
  expect(seen).toEqual([1000, 2000]);
});
