/** How outcomes in a row become a verdict on a check, and checks the health of an agent. Pure. */
import { CHECK_NAMES, type CheckName, type CheckReport, type Checks, type CheckSpec, type HealthStatus } from '../core/health.ts';
import type { ProbeOutcome } from './outcome.ts';

/** A check of which nothing is known yet. */
export interface CheckState extends Pick<CheckReport, 'verdict' | 'failures' | 'lastOkAt' | 'last'> {
  /** In a row. */
  readonly successes: number;
}

export const NOT_LOOKED: CheckState = { verdict: 'pending', failures: 0, successes: 0, lastOkAt: null, last: null };

/** An error of the probe itself is noted and moves nothing. */
export function afterOutcome(state: CheckState, spec: CheckSpec, outcome: ProbeOutcome, at: string): CheckState {
  const { failureThreshold, successThreshold } = spec;
  switch (outcome.kind) {
    case 'ok': {
      const successes = state.successes + 1;
      const verdict = successes >= successThreshold ? 'passing' : state.verdict;
      return { verdict, failures: 0, successes, lastOkAt: at, last: { outcome: 'ok', reason: null, at, responseMs: outcome.responseMs } };
    }
    case 'failed': {
      const failures = state.failures + 1;
      const verdict = failures >= failureThreshold ? 'failing' : state.verdict;
      return { ...state, verdict, failures, successes: 0, last: { outcome: 'failed', reason: outcome.reason, at, responseMs: outcome.responseMs } };
    }
    case 'unknown':
      return { ...state, last: { outcome: 'unknown', reason: outcome.reason, at, responseMs: null } };
  }
}

export type CheckStates = { readonly [N in CheckName]?: CheckState };

/** Which checks are looked at now: until the start-up check passes, only that. */
export function activeChecks(checks: Checks, states: CheckStates): CheckName[] {
  const isStarting = checks.startup !== undefined && states.startup?.verdict !== 'passing';
  return isStarting ? ['startup'] : CHECK_NAMES.filter((name) => name !== 'startup' && checks[name] !== undefined);
}

export interface OverallHealth {
  readonly status: HealthStatus;
  readonly failures: number;
  readonly lastOkAt: string | null;
  readonly responseMs: number | null;
  /** What is wrong, null where nothing is. */
  readonly reason: string | null;
  /** The check that decided. */
  readonly check: CheckName | null;
}

export function overallHealth(checks: Checks, states: CheckStates): OverallHealth {
  const known = (['liveness', 'readiness', 'startup'] as const).flatMap((name) => (checks[name] ? [{ name, state: states[name] ?? NOT_LOOKED }] : []));
  const active = activeChecks(checks, states);
  const looked = known.filter(({ name }) => active.includes(name));
  const bad = looked.find(({ state }) => state.verdict === 'failing') ?? looked.find(({ state }) => state.verdict === 'pending');
  const { name, state } = bad ?? looked[0] ?? known[0] ?? { name: null, state: NOT_LOOKED };
  const oks = known.flatMap(({ state: { lastOkAt } }) => (lastOkAt === null ? [] : [lastOkAt])).sort();
  return {
    status: statusOf(bad?.state),
    failures: Math.max(0, ...looked.map(({ state: { failures } }) => failures)),
    lastOkAt: oks.at(-1) ?? null,
    responseMs: state.last?.responseMs ?? null,
    reason: state.last?.reason ?? null,
    check: name,
  };
}

function statusOf(bad: CheckState | undefined): HealthStatus {
  if (bad === undefined) return 'healthy';
  if (bad.verdict === 'failing') return 'unhealthy';
  return bad.last?.outcome === 'unknown' ? 'unknown' : 'starting';
}
