/** The checks of one agent's generation: what each has come to, and when it is looked at again. Making probes is not here. */
import { CHECK_NAMES, checksOf, type CheckName, type CheckReport, type Checks, type CheckSpec } from '../../core/health.ts';
import { activeChecks, afterOutcome, NOT_LOOKED, overallHealth, type CheckState, type OverallHealth } from '../../health/check-state.ts';
import type { ProbeOutcome } from '../../health/outcome.ts';
import type { Health, ManagedAgent } from '../managed-agent.ts';

export interface DueCheck {
  readonly name: CheckName;
  readonly spec: CheckSpec;
  readonly dueAtMs: number;
}

export class AgentChecks {
  readonly agent: ManagedAgent;
  readonly generation: number;
  readonly checks: Checks;
  /** The specification it was made for. */
  readonly spec: ManagedAgent['spec'];
  readonly #startedAtMs: number;
  /** What the run before this one was ended for: holds until a check has passed. */
  readonly #before: Health | null;
  #states: Partial<Record<CheckName, CheckState>> = {};
  readonly #dueAtMs = new Map<CheckName, number>();
  readonly #underWay = new Set<CheckName>();

  constructor(agent: ManagedAgent, nowMs: number, before: Health | null = null) {
    this.#before = before;
    this.agent = agent;
    this.generation = agent.record.generation;
    this.spec = agent.spec;
    this.checks = checksOf(agent.spec.health);
    this.#startedAtMs = agent.startedAtMs ?? nowMs;
  }

  get health(): OverallHealth {
    const health = overallHealth(this.checks, this.#states);
    const before = this.#before;
    if (before === null || health.status === 'healthy') return health;
    const failures = Math.max(health.failures, before.failures);
    return { ...health, status: 'unhealthy', failures, lastOkAt: health.lastOkAt ?? before.lastOkAt, reason: health.reason ?? before.reason };
  }

  stateOf(name: CheckName): CheckState {
    return this.#states[name] ?? NOT_LOOKED;
  }

  due(nowMs: number): DueCheck[] {
    return activeChecks(this.checks, this.#states).flatMap((name) => {
      const spec = this.checks[name];
      if (spec === undefined || this.#underWay.has(name)) return [];
      const dueAtMs = this.#dueAtMs.get(name) ?? this.#startedAtMs + spec.initialDelayMs;
      return dueAtMs <= nowMs ? [{ name, spec, dueAtMs }] : [];
    });
  }

  begin(name: CheckName): void {
    this.#underWay.add(name);
  }

  /** `random`, in [0, 1): the first interval differs from agent to agent, so that their looks spread evenly. */
  end({ name, spec, dueAtMs }: DueCheck, nowMs: number, random: number): void {
    this.#underWay.delete(name);
    const isFirst = !this.#dueAtMs.has(name);
    const nextMs = isFirst ? nowMs + spec.intervalMs * (0.5 + random / 2) : dueAtMs + spec.intervalMs;
    this.#dueAtMs.set(name, Math.max(nowMs, nextMs));
  }

  note({ name, spec }: DueCheck, outcome: ProbeOutcome, at: string): void {
    const state = afterOutcome(this.stateOf(name), spec, outcome, at);
    this.#states = { ...this.#states, [name]: state };
    if (name === 'startup' && state.verdict === 'passing') this.#passOn(spec, state);
  }

  /** The short form starts up with the very probe that it goes on with: its success is theirs too. */
  #passOn(startup: CheckSpec, state: CheckState): void {
    for (const name of ['readiness', 'liveness'] as const) {
      const check = this.checks[name];
      if (check === undefined || check.probe !== startup.probe) continue;
      this.#states = { ...this.#states, [name]: state };
      this.#dueAtMs.set(name, this.#startedAtMs + check.initialDelayMs);
    }
  }

  /** Failures in a row begin anew, and looks under way no longer count: nobody knows what went on meanwhile. */
  excuse(nowMs: number): void {
    for (const name of CHECK_NAMES) {
      const state = this.#states[name];
      if (state !== undefined) this.#states = { ...this.#states, [name]: { ...state, failures: 0 } };
      const dueAtMs = this.#dueAtMs.get(name);
      if (dueAtMs !== undefined) this.#dueAtMs.set(name, nowMs + Math.min(1000, this.checks[name]?.intervalMs ?? 0));
    }
  }

  reports(): CheckReport[] {
    return CHECK_NAMES.flatMap((name) => {
      const spec = this.checks[name];
      if (spec === undefined) return [];
      const { verdict, failures, lastOkAt, last } = this.stateOf(name);
      return [{ name, ...spec, verdict, failures, lastOkAt, last }];
    });
  }
}
