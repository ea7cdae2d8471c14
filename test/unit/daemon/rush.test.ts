import { describe, expect, it } from 'vitest';
import { Rush } from '../../../src/daemon/rush.ts';
import { VirtualClock } from './virtual-clock.ts';

const many = (prefix: string): string[] => Array.from({ length: 20 }, (_, n) => `${prefix}-${n}`);
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a rush', () => {
  it('is on from the first word of it until all run, or will not', () => {
    const clock = new VirtualClock();
    const rush = new Rush(clock);
    const done: string[] = [];
    rush.begin(many('a'));
    rush.afterwards(() => done.push('first'));
    rush.afterwards(() => done.push('second'));
    for (const agent of many('a').slice(1)) rush.settled(agent);
    expect([rush.isOn, rush.has('a-0'), rush.has('a-3'), done]).toEqual([true, true, false, []]);
    rush.settled('a-0');
    rush.settled('a-0');
    expect([rush.isOn, rush.has('a-0'), done, clock.timers]).toEqual([false, false, ['first', 'second'], 0]);
  });

  it('is none where few start: what waits for its end runs in the next turn', async () => {
    const rush = new Rush(new VirtualClock());
    const done: string[] = [];
    rush.begin(['one', 'two']);
    rush.afterwards(() => done.push('afterwards'));
    expect([rush.isOn, rush.has('one'), done]).toEqual([false, false, []]);
    await nextTurn();
    expect(done).toEqual(['afterwards']);
  });

  it('ends after a second, however long the starts take', async () => {
    const clock = new VirtualClock();
    const rush = new Rush(clock);
    const done: number[] = [];
    rush.begin(many('a'));
    rush.afterwards(() => done.push(clock.monotonicMs()));
    await clock.pass(1500);
    expect([rush.isOn, done, clock.timers]).toEqual([false, [1000], 0]);
    rush.settled('a-1');
    expect(done).toEqual([1000]);
  });

  it('goes on for those that began meanwhile', () => {
    const rush = new Rush(new VirtualClock());
    const done: string[] = [];
    rush.begin(many('a'));
    rush.afterwards(() => done.push('afterwards'));
    rush.begin(many('b'));
    for (const agent of many('a')) rush.settled(agent);
    expect([rush.isOn, rush.has('a-1'), rush.has('b-1'), done]).toEqual([true, false, true, []]);
    for (const agent of many('b')) rush.settled(agent);
    expect([rush.isOn, done]).toEqual([false, ['afterwards']]);
  });
});
