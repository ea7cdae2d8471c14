// The ladder of recovery, climbed in virtual time.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { END_KINDS, type End, type EndKind } from '../../../src/core/end.ts';
import { DEFAULT_RECOVERY, END_ACTIONS, FOOT_OF_THE_LADDER, judgeOnLadder, type RecoverySettings } from '../../../src/core/recovery.ts';
import { DEFAULT_RESTART, judgeEnd, NO_RESTARTS, type RestartSettings } from '../../../src/core/restart-policy.ts';

const AT = '2026-05-01T10:00:00.000Z';
const end = (kind: EndKind = 'exited'): End => ({ kind, code: kind === 'exited' ? 1 : null, signal: null, at: AT });
const FAILOVER = { command: ['/bin/other'] };

interface Climb {
  readonly recovery?: Partial<RecoverySettings>;
  readonly restart?: Partial<RestartSettings>;
  readonly kind?: EndKind;
  readonly uptimeMs?: number;
}

/** All verdicts on a life in which every run ends alike, up to the one that is no run any more. */
function climb({ recovery = {}, restart = {}, kind, uptimeMs = 5 }: Climb): string[] {
  const settings = { restart: { ...DEFAULT_RESTART, maxRestarts: 2, ...restart }, recovery: { ...DEFAULT_RECOVERY, ...recovery } };
  const actions: string[] = [];
  const ladder = { ...FOOT_OF_THE_LADDER };
  let [memory, nowMs] = [NO_RESTARTS, 1_000_000];
  while (actions.length < 20) {
    nowMs += uptimeMs;
    const verdict = judgeOnLadder(settings, memory, ladder, { end: end(kind), uptimeMs, nowMs, random: 0.5 });
    actions.push(verdict.action);
    if (verdict.action === 'roll-back') ladder.rolledBack = true;
    if (verdict.action === 'fail-over') ladder.failedOver = true;
    if (!('memory' in verdict)) break;
    ({ memory } = verdict);
  }
  return actions;
}

describe('the rungs', () => {
  it.each<[string, Climb, string[]]>([
    ['restarts, then failed', {}, ['restart', 'restart', 'give-up']],
    ['after one restart back to the checkpoint', { recovery: { rollBackAfter: 1 } }, ['restart', 'roll-back', 'restart', 'restart', 'give-up']],
    ['at once', { recovery: { rollBackAfter: 0 } }, ['roll-back', 'restart', 'restart', 'give-up']],
    ['never later than the last restart', { recovery: { rollBackAfter: 9 } }, ['restart', 'restart', 'roll-back', 'restart', 'restart', 'give-up']],
    ['over to another program', { recovery: { failover: FAILOVER } }, ['restart', 'restart', 'fail-over', 'restart', 'restart', 'give-up']],
    [
      'all of them',
      { recovery: { rollBackAfter: 1, failover: FAILOVER } },
      ['restart', 'roll-back', 'restart', 'restart', 'fail-over', 'restart', 'restart', 'give-up'],
    ],
    ['none where it is not to be run again', { restart: { policy: 'no' }, recovery: { rollBackAfter: 0, failover: FAILOVER } }, ['give-up']],
    ['a row ends with a stable run', { recovery: { rollBackAfter: 1 }, restart: { maxRestarts: 1000 }, uptimeMs: 60_000 }, Array.from({ length: 20 }, () => 'restart')],
    ['what is hopeless does not climb', { kind: 'auth', recovery: { rollBackAfter: 0, failover: FAILOVER } }, ['give-up']],
    ['unless it is said so', { kind: 'auth', recovery: { on: { auth: 'fail-over' }, failover: FAILOVER } }, ['fail-over', 'give-up']],
    ['a kind that is final', { kind: 'oom', recovery: { on: { oom: 'fail' } } }, ['give-up']],
    ['a kind that is parked', { kind: 'exited', recovery: { on: { exited: 'park' } } }, ['park']],
    ['a usage limit that is not waited for', { kind: 'usage-limit', recovery: { on: { 'usage-limit': 'restart' } } }, ['restart', 'restart', 'give-up']],
    ['a kind that is rolled back, once', { kind: 'unhealthy', recovery: { on: { unhealthy: 'roll-back' } } }, ['roll-back', 'give-up']],
  ])('%s', (_, options, actions) => {
    expect(climb(options)).toEqual(actions);
  });

  it('tells what was tried', () => {
    const settings = { restart: { ...DEFAULT_RESTART, maxRestarts: 0 }, recovery: { ...DEFAULT_RECOVERY, failover: FAILOVER } };
    const { reason } = judgeOnLadder(settings, NO_RESTARTS, { rolledBack: true, failedOver: true }, { end: end(), uptimeMs: 0, nowMs: 0, random: 0 });
    expect(reason).toContain('also after a roll-back and failing over');
  });
});

it('every history comes to an end, each verdict with a reason, and by default the restart policy alone decides', () => {
  const action = fc.option(fc.constantFrom(...END_ACTIONS), { nil: undefined });
  const recovery = fc.record({
    on: fc.dictionary(fc.constantFrom(...END_KINDS), action).map((on) => Object.fromEntries(Object.entries(on).filter(([, each]) => each !== undefined))),
    rollBackAfter: fc.option(fc.nat(4)),
    failover: fc.constantFrom(null, FAILOVER),
    parkMs: fc.nat(100_000),
  });
  const ends = fc.array(fc.constantFrom(...END_KINDS).map(end), { maxLength: 40 });
  fc.assert(
    fc.property(recovery, ends, fc.constantFrom('no' as const, 'on-failure' as const, 'always' as const), (some, history, policy) => {
      const restart = { ...DEFAULT_RESTART, policy };
      let [memory, ladder, nowMs, climbed] = [NO_RESTARTS, FOOT_OF_THE_LADDER, 0, 0];
      for (const each of history) {
        const ending = { end: each, uptimeMs: 1, nowMs: (nowMs += 1), random: 0.5 };
        const verdict = judgeOnLadder({ restart, recovery: some }, memory, ladder, ending);
        expect(verdict.reason).not.toBe('');
        expect(judgeOnLadder({ restart, recovery: DEFAULT_RECOVERY }, memory, FOOT_OF_THE_LADDER, ending)).toEqual(judgeEnd(restart, memory, ending));
        if (verdict.action === 'roll-back' || verdict.action === 'fail-over') climbed += 1;
        ladder = { rolledBack: ladder.rolledBack || verdict.action === 'roll-back', failedOver: ladder.failedOver || verdict.action === 'fail-over' };
        if (!('memory' in verdict)) break;
        ({ memory } = verdict);
      }
      expect(climbed).toBeLessThanOrEqual(2);
    }),
    { numRuns: 3000 },
  );
});
