// Outcomes in a row, with the thresholds of Kubernetes' probes.
import { describe, expect, it } from 'vitest';
import { checksOf, type Checks, type CheckSpec } from '../../../src/core/health.ts';
import { activeChecks, afterOutcome, NOT_LOOKED, overallHealth, type CheckState } from '../../../src/health/check-state.ts';
import type { ProbeOutcome } from '../../../src/health/outcome.ts';

const AT = '2026-05-01T10:00:00.000Z';
const SPEC: CheckSpec = { probe: { kind: 'tcp', host: 'h', port: 1 }, intervalMs: 1000, timeoutMs: 1000, initialDelayMs: 0, failureThreshold: 3, successThreshold: 2 };
const OUTCOMES: Record<string, ProbeOutcome> = {
  '+': { kind: 'ok', responseMs: 4 },
  '-': { kind: 'failed', reason: 'answered 500', responseMs: 5 },
  '?': { kind: 'unknown', reason: 'EMFILE' },
};

/** The state after outcomes in a row, one character each. */
function after(history: string, spec = SPEC): CheckState {
  return history.split('').reduce((state, mark) => afterOutcome(state, spec, OUTCOMES[mark] as ProbeOutcome, AT), NOT_LOOKED);
}

describe('a check', () => {
  it.each([
    ['', 'pending'],
    ['+', 'pending'],
    ['++', 'passing'],
    ['+-+', 'pending'],
    ['++--', 'passing'],
    ['++--+--', 'passing'],
    ['++---', 'failing'],
    ['++---+', 'failing'],
    ['++---++', 'passing'],
    ['---', 'failing'],
  ])('after %j is %s: only what comes in a row counts', (history, verdict) => {
    expect(after(history).verdict).toBe(verdict);
  });

  it.each(['++????????', '++--???'])('an error of the probe itself (%s) moves nothing', (history) => {
    const { verdict, failures, last } = after(history);
    expect({ verdict, failures }).toEqual({ verdict: 'passing', failures: history.split('-').length - 1 });
    expect(last).toMatchObject({ outcome: 'unknown', reason: 'EMFILE' });
  });
});

describe('an agent', () => {
  const checks: Checks = { startup: SPEC, readiness: SPEC, liveness: SPEC };
  const health = (startup: string, readiness = '', liveness = '') =>
    overallHealth(checks, { startup: after(startup), readiness: after(readiness), liveness: after(liveness) });

  it.each([
    ['', '', '', 'starting', 'startup'],
    ['?', '', '', 'unknown', 'startup'],
    ['---', '++', '++', 'unhealthy', 'startup'],
    ['++', '', '++', 'starting', 'readiness'],
    ['++', '++', '++', 'healthy', 'liveness'],
    ['++', '++---', '++', 'unhealthy', 'readiness'],
    ['++', '++---', '++---', 'unhealthy', 'liveness'],
    ['++', '++', '++--', 'healthy', 'liveness'],
  ])('start-up %j, readiness %j, liveness %j: %s', (startup, readiness, liveness, status, check) => {
    expect(health(startup, readiness, liveness)).toMatchObject({ status, check });
  });

  it('is looked at only for its start-up until that has passed', () => {
    expect(activeChecks(checks, { startup: after('+') })).toEqual(['startup']);
    expect(activeChecks(checks, { startup: after('++') })).toEqual(['readiness', 'liveness']);
  });

  it('tells how many failures there were, also before they decide', () => {
    expect(health('++', '++', '++--')).toMatchObject({ failures: 2, reason: 'answered 500', responseMs: 5 });
  });
});

describe('the short form', () => {
  const http = { kind: 'http', url: 'http://h/' } as const;

  it('starts up within the start period and the time that failures of a running agent may take', () => {
    const { startup, liveness, readiness } = checksOf({ probe: http, intervalMs: 30_000, retries: 2, startPeriodMs: 5000 });
    expect(startup).toMatchObject({ intervalMs: 500, failureThreshold: (5000 + 2 * 30_000) / 500 });
    expect([liveness, readiness]).toEqual([expect.objectContaining({ intervalMs: 30_000, failureThreshold: 2, probe: http }), undefined]);
  });

  it('only tells where it is to', () => {
    expect(Object.keys(checksOf({ probe: http, intervalMs: 30_000, onUnhealthy: 'tell' }))).toEqual(['startup', 'readiness']);
  });

  it('of a heartbeat looks several times in its period, and one absence is enough', () => {
    const { startup, liveness } = checksOf({ probe: { kind: 'heartbeat', everyMs: 2000 }, intervalMs: 30_000 });
    expect([startup, liveness]).toEqual([undefined, expect.objectContaining({ intervalMs: 500, failureThreshold: 1 })]);
  });

  it('of nothing is no check', () => {
    expect(checksOf({ probe: { kind: 'none' }, intervalMs: 30_000 })).toEqual({});
  });
});
