import { describe, expect, it } from 'vitest';
import { Rush } from '../../../src/daemon/rush.ts';
import { VirtualClock } from './virtual-clock.ts';

const many = (prefix: string): string[] => Array.from({ length: 20 }, (_, n) => `${prefix}-${n}`);

describe('a rush', () => {
  it('is on from the first word of it until tmux has started all', () => {
    const rush = new Rush(new VirtualClock());
    const done: string[] = [];
    const isOver = rush.begin(many('a'));
    rush.afterwards(() => done.push('afterwards'));
    expect([rush.isOn, rush.has('a-3'), rush.has('b-3'), done]).toEqual([true, true, false, []]);
    isOver();
    isOver();
    expect([rush.isOn, rush.has('a-3'), done]).toEqual([false, false, ['afterwards']]);
  });

  it('is none where few start', () => {
    const rush = new Rush(new VirtualClock());
    const isOver = rush.begin(['one', 'two']);
    expect([rush.isOn, rush.has('one')]).toEqual([false, false]);
    isOver();
  });

  it('ends after a second, however long the starts take', async () => {
    const clock = new VirtualClock();
    const rush = new Rush(clock);
    const done: number[] = [];
    const isOver = rush.begin(many('a'));
    rush.afterwards(() => done.push(clock.monotonicMs()));
    await clock.pass(1500);
    expect([rush.isOn, done, clock.timers]).toEqual([false, [1000], 0]);
    isOver();
    expect(done).toEqual([1000]);
  });

  it('goes on for those that began meanwhile, and leaves no timer', () => {
    const clock = new VirtualClock();
    const rush = new Rush(clock);
    const done: string[] = [];
    const first = rush.begin(many('a'));
    rush.afterwards(() => done.push('afterwards'));
    const second = rush.begin(many('b'));
    first();
    expect([rush.isOn, rush.has('a-1'), rush.has('b-1'), done]).toEqual([true, false, true, []]);
    second();
    expect([rush.isOn, done, clock.timers]).toEqual([false, ['afterwards'], 0]);
  });
});
