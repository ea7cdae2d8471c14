import { expect, it } from 'vitest';
import { Turns, type EndTurn } from '../../../../src/daemon/tmux-loss/turns.ts';
import { VirtualClock } from '../virtual-clock.ts';

it('eight start at once, the others after them and in order, and none while tmux is away', async () => {
  const clock = new VirtualClock();
  let mayStart: () => void = () => undefined;
  const up = new Promise<void>((resolve) => (mayStart = resolve));
  const turns = new Turns({ clock, tmuxIsUp: () => up, random: () => 0.5 });
  const began: number[] = [];
  const ends: EndTurn[] = [];
  for (let n = 0; n < 20; n += 1) {
    void turns.take().then((end) => {
      began.push(n);
      ends.push(end);
    });
  }
  await clock.pass(60_000);
  expect(began).toEqual([]);
  mayStart();
  await clock.pass(1000);
  expect(began).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const end of ends.splice(0, 3)) end();
  await clock.pass(1000);
  expect(began).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  while (ends.length > 0) {
    ends.shift()?.();
    await clock.pass(100);
  }
  expect(began).toEqual(Array.from({ length: 20 }, (_, n) => n));
});
