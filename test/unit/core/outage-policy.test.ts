import { describe, expect, it } from 'vitest';
import type { End } from '../../../src/core/end.ts';
import { judgeOutage } from '../../../src/core/outage-policy.ts';
import { DEFAULT_RESTART, judgeEnd, NO_RESTARTS, type RestartMemory } from '../../../src/core/restart-policy.ts';

const LOST: End = { kind: 'lost', code: null, signal: null, at: '', detail: 'its tmux server died' };

describe('the death of the tmux server', () => {
  it('is no crash loop, however often it happens, and leaves the budget for crashes as it was', () => {
    let memory: RestartMemory = NO_RESTARTS;
    for (let n = 0; n < 50; n += 1) {
      const verdict = judgeOutage('server-lost', DEFAULT_RESTART, memory, LOST, 0.5);
      if (verdict.action !== 'restart') throw new Error(verdict.reason);
      memory = verdict.memory;
    }
    expect(memory).toEqual(NO_RESTARTS);
    const crash: End = { kind: 'exited', code: 1, signal: null, at: '' };
    const ending = { end: crash, uptimeMs: 0, nowMs: 1000, random: 0.5 };
    expect(judgeEnd(DEFAULT_RESTART, memory, ending)).toMatchObject({ action: 'restart', delayMs: 0 });
  });

  it('is the end of what is not to be run again, with the reason', () => {
    expect(judgeOutage('server-lost', { ...DEFAULT_RESTART, policy: 'no' }, NO_RESTARTS, LOST, 0.5)).toEqual({
      action: 'give-up',
      reason: 'its tmux server died, and restart is "no"',
    });
  });
});

it('a start that the machine refused is tried again at growing intervals, for ever, up to the cap', () => {
  let memory: RestartMemory = NO_RESTARTS;
  const delaysMs: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    const verdict = judgeOutage('not-started', DEFAULT_RESTART, memory, LOST, 0.5);
    if (verdict.action !== 'restart') throw new Error(verdict.reason);
    delaysMs.push(verdict.delayMs);
    memory = verdict.memory;
  }
  expect(delaysMs).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000, 60_000]);
  expect(memory.restartedAtMs).toEqual([]);
});
