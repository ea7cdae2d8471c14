import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { END_KINDS, type End } from '../../../src/core/end.ts';
import {
  backOffMs,
  DEFAULT_RESTART,
  judgeEnd,
  NO_RESTARTS,
  type RestartSettings,
  type Verdict,
} from '../../../src/core/restart-policy.ts';

const exit = (code: number): End => ({ kind: 'exited', code, signal: null, at: '2026-05-01T10:00:00.000Z' });
const KILLED: End = { kind: 'signalled', code: null, signal: 'SIGKILL', at: '2026-05-01T10:00:00.000Z' };

interface Life {
  readonly runs: number;
  readonly delaysMs: readonly number[];
  readonly last: Verdict;
}

/** Lives in virtual time: every run takes `uptimeMs(n)` and ends with `end`; stops after `maxRuns`. */
function live(options: {
  readonly settings?: Partial<RestartSettings>;
  readonly uptimeMs: number | ((run: number) => number);
  readonly end?: End | ((run: number) => End);
  readonly random?: number;
  readonly maxRuns?: number;
}): Life {
  const settings = { ...DEFAULT_RESTART, ...options.settings };
  const { uptimeMs, end = exit(1), random = 0.5, maxRuns = 500 } = options;
  let memory = NO_RESTARTS;
  let nowMs = 1_000_000;
  const delaysMs: number[] = [];
  for (let runs = 1; ; runs += 1) {
    const uptime = typeof uptimeMs === 'number' ? uptimeMs : uptimeMs(runs);
    nowMs += uptime;
    const last = judgeEnd(settings, memory, {
      end: typeof end === 'function' ? end(runs) : end,
      uptimeMs: uptime,
      nowMs,
      random,
    });
    if (last.action !== 'restart' || runs === maxRuns) return { runs, delaysMs, last };
    memory = last.memory;
    delaysMs.push(last.delayMs);
    nowMs += last.delayMs;
  }
}

describe('the crash-loop verdict', () => {
  it.each([0, 1, 9_999, 10_000, 10_001, 59_999, 60_000])(
    'comes after N restarts, so N+1 runs, of %d ms each',
    (uptimeMs) => {
      for (const maxRestarts of [0, 1, 3, 7]) {
        const { runs, last } = live({ uptimeMs, settings: { maxRestarts } });
        expect([runs, last.action]).toEqual([maxRestarts + 1, 'give-up']);
      }
    },
  );

  it('is not passed on crashes that are further apart than the window allows', () => {
    const { windowMs, maxRestarts } = DEFAULT_RESTART;
    expect(live({ uptimeMs: windowMs / maxRestarts + 1 }).runs).toBe(500);
    expect(live({ uptimeMs: windowMs / (maxRestarts + 1) }).last.action).toBe('give-up');
  });

  it('names the end, how often and how fast', () => {
    expect(live({ uptimeMs: 0 }).last.reason).toBe('exit 1, 4 times in 1 s');
    expect(live({ uptimeMs: 20_000, end: KILLED }).last.reason).toBe('SIGKILL, 4 times in 61 s');
    expect(live({ uptimeMs: 0, settings: { maxRestarts: 0 } }).last.reason).toBe(
      'exit 1, and no restart is allowed',
    );
  });
});

describe('a clean exit', () => {
  it('is the end under no and on-failure', () => {
    for (const policy of ['no', 'on-failure'] as const) {
      expect(live({ uptimeMs: 5, end: exit(0), settings: { policy } })).toMatchObject({
        runs: 1,
        last: { action: 'finish', reason: 'finished (exit 0)' },
      });
    }
  });

  it('under always is a crash loop only where the runs are short', () => {
    const settings = { policy: 'always' } as const;
    expect(live({ uptimeMs: 100, end: exit(0), settings })).toMatchObject({
      runs: 4,
      last: { action: 'give-up' },
    });
    expect(live({ uptimeMs: 9_999, end: exit(0), settings })).toMatchObject({
      runs: 4,
      last: { action: 'give-up' },
    });
    expect(live({ uptimeMs: 10_000, end: exit(0), settings }).runs).toBe(500);
  });

  it('of long runs spends nothing of what crashes may spend', () => {
    const end = (run: number): End => (run <= 20 ? exit(0) : exit(1));
    const { runs } = live({
      uptimeMs: (run) => (run <= 20 ? 15_000 : 0),
      end,
      settings: { policy: 'always' },
    });
    expect(runs).toBe(20 + 4);
  });
});

describe('other ends', () => {
  it('never start again what the user stopped', () => {
    for (const policy of ['no', 'on-failure', 'always'] as const) {
      const end: End = { kind: 'stopped-by-user', code: null, signal: 'SIGTERM', at: '2026-05-01T10:00:00.000Z' };
      expect(live({ uptimeMs: 0, end, settings: { policy } }).last).toEqual({
        action: 'finish',
        reason: 'stopped by you',
      });
    }
  });

  it.each(['missing-cwd', 'spawn-failed', 'auth'] as const)(
    'give up at once on %s, which running again cannot mend',
    (kind) => {
      const end: End = { kind, code: null, signal: null, at: '2026-05-01T10:00:00.000Z', detail: 'its folder /x is gone' };
      expect(live({ uptimeMs: 0, end, settings: { policy: 'always' } })).toMatchObject({
        runs: 1,
        last: { action: 'give-up', reason: 'its folder /x is gone' },
      });
    },
  );

  it('are a failure under no', () => {
    expect(live({ uptimeMs: 0, settings: { policy: 'no' } }).last).toEqual({
      action: 'give-up',
      reason: 'exit 1, and restart is "no"',
    });
  });
});

describe('back-off', () => {
  const patient: RestartSettings = { ...DEFAULT_RESTART, maxRestarts: 1000 };

  it('is none at first, then doubles up to the cap', () => {
    const { delaysMs } = live({ uptimeMs: 0, settings: patient, maxRuns: 14 });
    expect(delaysMs).toEqual([
      0, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000, 60_000,
    ]);
  });

  it('begins anew only after a stable run', () => {
    const delaysOf = (uptimeMs: number) =>
      live({ settings: patient, maxRuns: 6, uptimeMs: (run) => (run === 4 ? uptimeMs : 0) }).delaysMs;
    expect(delaysOf(59_999)).toEqual([0, 200, 400, 800, 1600]);
    expect(delaysOf(60_000)).toEqual([0, 200, 400, 0, 200]);
  });

  it('is spread by at most a fifth, never beyond the cap, never negative', () => {
    const numbers = {
      inARow: fc.nat(2000),
      random: fc.double({ min: 0, max: 0.999_999, noNaN: true }),
      base: fc.nat(5000),
      cap: fc.nat(100_000),
    };
    fc.assert(
      fc.property(fc.record(numbers), ({ inARow, random, base, cap }) => {
        const settings = { ...DEFAULT_RESTART, baseDelayMs: base, maxDelayMs: cap };
        const delayMs = backOffMs(settings, inARow, random);
        const full = inARow === 0 ? 0 : Math.min(cap, base * 2 ** Math.min(inARow - 1, 30));
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBeGreaterThanOrEqual(Math.floor(full * 0.8));
        expect(delayMs).toBeLessThanOrEqual(Math.min(cap, Math.ceil(full * 1.2)));
      }),
    );
    expect(backOffMs(DEFAULT_RESTART, 3, 0)).toBe(640);
    expect(backOffMs(DEFAULT_RESTART, 3, 0.999_999)).toBe(960);
  });
});

it('over 10,000 histories: never more restarts in a window than allowed, and every verdict has its reason', { timeout: 120_000 }, () => {
  const ends = fc.oneof(
    fc.constant(exit(0)),
    fc.integer({ min: 1, max: 255 }).map(exit),
    fc.constant(KILLED),
    fc.constantFrom(...END_KINDS).map((kind): End => ({ kind, code: null, signal: null, at: '2026-05-01T10:00:00.000Z' })),
  );
  const history = fc.array(
    fc.record({
      end: ends,
      uptimeMs: fc.nat(120_000),
      random: fc.double({ min: 0, max: 0.99, noNaN: true }),
    }),
    { maxLength: 30 },
  );
  const settings = fc.record({
    policy: fc.constantFrom('no' as const, 'on-failure' as const, 'always' as const),
    maxRestarts: fc.nat(5),
    windowMs: fc.integer({ min: 1000, max: 600_000 }),
  });
  fc.assert(
    fc.property(settings, history, (some, runs) => {
      const all = { ...DEFAULT_RESTART, ...some };
      let memory = NO_RESTARTS;
      let nowMs = 0;
      const afterFailures: number[] = [];
      for (const { end, uptimeMs, random } of runs) {
        nowMs += uptimeMs;
        const verdict = judgeEnd(all, memory, { end, uptimeMs, nowMs, random });
        expect(verdict.reason).not.toBe('');
        if (verdict.action !== 'restart') return;
        expect(all.policy).not.toBe('no');
        if (end.code !== 0) afterFailures.push(nowMs);
        const recent = afterFailures.filter((at) => nowMs - at < all.windowMs);
        expect(recent.length).toBeLessThanOrEqual(all.maxRestarts);
        // What is remembered is bounded, however long the agent lives.
        expect(verdict.memory.restartedAtMs.length).toBeLessThanOrEqual(all.maxRestarts);
        memory = verdict.memory;
        nowMs += verdict.delayMs;
      }
    }),
    { numRuns: 10_000 },
  );
});

describe('a usage limit', () => {
  const limit = (until?: string): End => ({ kind: 'usage-limit', code: 1, signal: null, at: '2026-05-01T10:00:00.000Z', ...(until ? { until } : {}) });
  const judged = (end: End, settings: Partial<RestartSettings> = {}): Verdict =>
    judgeEnd({ ...DEFAULT_RESTART, ...settings }, { restartedAtMs: [900_000, 900_001, 900_002], inARow: 3 }, { end, uptimeMs: 5, nowMs: 1_000_000, random: 0 });

  it('parks until it is reset, also where no restart is left', () => {
    expect(judged(limit('2026-05-01T15:00:00.000Z'))).toEqual({
      action: 'park',
      until: '2026-05-01T15:00:00.000Z',
      reason: 'usage limit, starts again at 2026-05-01T15:00:00.000Z',
    });
  });

  it('is tried again after a quarter of an hour where nobody told when', () => {
    expect(judged(limit())).toMatchObject({ action: 'park', until: '2026-05-01T10:15:00.000Z' });
  });

  it('parks for a minute at least, so that a limit met at once again does not spin', () => {
    expect(judged(limit('2026-05-01T09:00:00.000Z'))).toMatchObject({ action: 'park', until: '2026-05-01T10:01:00.000Z' });
  });

  it('ends an agent that is never to be run again', () => {
    expect(judged(limit('2026-05-01T15:00:00.000Z'), { policy: 'no' }).action).toBe('give-up');
  });
});
