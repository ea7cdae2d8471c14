/**
 * Makes the probes of all agents, each when it is due, so many at once and no more, and tells what came of them. What
 * follows from an agent that is unhealthy is handed in.
 */
import type { HomePaths } from '../../config/paths.ts';
import { isProbed, type CheckName, type CheckReport, type Probe } from '../../core/health.ts';
import { isRunning } from '../../core/state.ts';
import type { ProbeOutcome } from '../../health/outcome.ts';
import { makeProbe } from '../../health/probe.ts';
import type { EventHub } from '../event-hub.ts';
import type { Health, ManagedAgent } from '../managed-agent.ts';
import { PacedLook } from '../paced-look.ts';
import type { Registry } from '../registry.ts';
import { AgentChecks, type DueCheck } from './agent-checks.ts';
import { Gaps } from './gaps.ts';
import { SignsOfLife } from './signs-of-life.ts';

const TICK_MS = 250;
/** While nobody is probed. Often enough to notice gaps. */
const CALM_TICK_MS = 1000;

/** Open requests, and processes of command probes. */
const MOST_AT_ONCE = 64;
const MOST_COMMANDS_AT_ONCE = 8;

/** Of an agent that was probed once and is no more. */
const UNPROBED: Health = { status: 'none', failures: 0, lastOkAt: null, responseMs: null, reason: null };

export interface HealthChecksOptions {
  readonly registry: Registry;
  readonly hub: EventHub;
  readonly paths: HomePaths;
  /** Its liveness check, or its start-up, fails: it is of no use any more. */
  readonly onUnhealthy: (agent: ManagedAgent, reason: string) => void;
}

export class HealthChecks {
  readonly #options: HealthChecksOptions;
  readonly #gaps: Gaps;
  readonly #signs: SignsOfLife;
  readonly #checks = new Map<ManagedAgent, AgentChecks>();
  /** The generation of each that was last ended for its health. */
  readonly #endedAt = new WeakMap<ManagedAgent, number>();
  /** Of agents that do not run: what their checks had come to. */
  readonly #last = new WeakMap<ManagedAgent, AgentChecks>();
  readonly #open = { all: 0, commands: 0 };
  /** Grows with each gap: a look that began before the last one is void. */
  #epoch = 0;
  readonly #looks: PacedLook;
  #unsubscribe = (): void => undefined;

  constructor(options: HealthChecksOptions) {
    this.#options = options;
    this.#looks = new PacedLook(options.registry.clock, () => this.#tick());
    this.#gaps = new Gaps(options.registry.clock);
    this.#signs = new SignsOfLife(options.paths, options.registry.clock);
  }

  start(): void {
    const { registry, hub } = this.#options;
    this.#looks.pace(TICK_MS);
    this.#unsubscribe = hub.on('agent.started', ({ agent }) => {
      const started = registry.find(agent ?? '');
      if (started && isProbed(started.spec.health)) this.#looks.pace(TICK_MS);
    });
  }

  stop(): void {
    this.#looks.stop();
    this.#unsubscribe();
  }

  reportsOf(agent: ManagedAgent): CheckReport[] {
    const nowMs = this.#options.registry.clock.monotonicMs();
    return (this.#checks.get(agent) ?? this.#last.get(agent) ?? new AgentChecks(agent, nowMs)).reports();
  }

  #tick(): void {
    this.#lookForGap();
    const nowMs = this.#options.registry.clock.monotonicMs();
    const due = this.#options.registry.all().flatMap((agent) => {
      const checks = this.#current(agent, nowMs);
      return checks === null ? [] : checks.due(nowMs).map((check) => ({ checks, check }));
    });
    this.#looks.pace(this.#checks.size > 0 ? TICK_MS : CALM_TICK_MS);
    if (this.#checks.size > due.length + this.#options.registry.all().length) this.#forgetRemoved();
    // Whoever waits longest comes first, so that none is starved where many hang.
    for (const { checks, check } of due.toSorted((a, b) => a.check.dueAtMs - b.check.dueAtMs)) {
      if (this.#mayBegin(check.spec.probe)) void this.#look(checks, check);
    }
  }

  #lookForGap(): void {
    if (!this.#gaps.passed()) return;
    this.#epoch += 1;
    this.#signs.excuse();
    const nowMs = this.#options.registry.clock.monotonicMs();
    for (const checks of this.#checks.values()) checks.excuse(nowMs);
  }

  /** The checks of the generation that runs now; null where none is to be looked at. */
  #current(agent: ManagedAgent, nowMs: number): AgentChecks | null {
    if (!isProbed(agent.spec.health)) return this.#rest(agent);
    if (!isRunning(agent.record.state)) return this.#rest(agent);
    if (agent.record.state === 'paused') {
      this.#signs.excuse(agent.spec.name);
      this.#checks.get(agent)?.excuse(nowMs);
      return null;
    }
    const known = this.#checks.get(agent);
    if (known?.generation === agent.record.generation && known.spec === agent.spec) return known;
    const checks = new AgentChecks(agent, nowMs, this.#before(agent));
    this.#checks.set(agent, checks);
    this.#show(checks);
    return checks;
  }

  /** The health for which the policy has run it again: being started anew makes nobody healthy. */
  #before(agent: ManagedAgent): Health | null {
    const isNext = this.#endedAt.get(agent) === agent.record.generation - 1;
    return isNext && agent.memory.inARow > 0 && agent.health.status === 'unhealthy' ? agent.health : null;
  }

  #rest(agent: ManagedAgent): null {
    const checks = this.#checks.get(agent);
    if (checks === undefined) return null;
    this.#checks.delete(agent);
    this.#last.set(agent, checks);
    this.#signs.forget(agent.spec.name);
    if (!isProbed(agent.spec.health)) agent.health = UNPROBED;
    return null;
  }

  #forgetRemoved(): void {
    const there = new Set(this.#options.registry.all());
    for (const agent of this.#checks.keys()) if (!there.has(agent)) this.#rest(agent);
  }

  #mayBegin(probe: Probe): boolean {
    return this.#open.all < MOST_AT_ONCE && (probe.kind !== 'command' || this.#open.commands < MOST_COMMANDS_AT_ONCE);
  }

  async #look(checks: AgentChecks, due: DueCheck): Promise<void> {
    const { agent } = checks;
    const { clock } = this.#options.registry;
    const epoch = this.#epoch;
    const commands = due.spec.probe.kind === 'command' ? 1 : 0;
    this.#open.all += 1;
    this.#open.commands += commands;
    checks.begin(due.name);
    try {
      const outcome = await makeProbe(due.spec.probe, {
        timeoutMs: due.spec.timeoutMs,
        againInMs: due.spec.intervalMs,
        cwd: checks.spec.cwd,
        env: checks.spec.env,
        ageMs: (sign) => this.#signs.ageMs(agent, sign),
      });
      this.#lookForGap();
      if (epoch === this.#epoch && this.#isCurrent(checks)) this.#note(checks, due, outcome);
    } finally {
      this.#open.all -= 1;
      this.#open.commands -= commands;
      checks.end(due, clock.monotonicMs(), Math.random());
    }
  }

  #isCurrent({ agent, generation, spec }: AgentChecks): boolean {
    const { record } = agent;
    return record.generation === generation && agent.spec === spec && isRunning(record.state) && record.state !== 'paused';
  }

  #note(checks: AgentChecks, due: DueCheck, outcome: ProbeOutcome): void {
    const { registry, onUnhealthy } = this.#options;
    checks.note(due, outcome, registry.clock.now().toISOString());
    this.#show(checks);
    if (!isFatal(due.name, checks.spec) || checks.stateOf(due.name).verdict !== 'failing') return;
    this.#endedAt.set(checks.agent, checks.generation);
    onUnhealthy(checks.agent, failureInWords(due.name, checks));
  }

  /** Keeps what is to be seen of it, and tells of a change. */
  #show({ agent, health }: AgentChecks): void {
    const before = agent.health;
    const { check, ...shown } = health;
    agent.health = shown satisfies Health;
    if (before.status === shown.status) return;
    const { registry } = this.#options;
    registry.emit('probe.changed', agent.spec.name, { from: before.status, to: shown.status, check, reason: shown.reason });
    registry.notice();
  }
}

/** Readiness is only told, and so is everything where the user wants no more. */
function isFatal(name: CheckName, { health }: ManagedAgent['spec']): boolean {
  return name !== 'readiness' && (health.checks !== undefined || health.onUnhealthy !== 'tell');
}

function failureInWords(name: CheckName, checks: AgentChecks): string {
  const { failures, last } = checks.stateOf(name);
  const what = last?.reason ?? 'its check failed';
  const times = failures > 1 ? `, ${failures} times in a row` : '';
  return name === 'startup' ? `it never became healthy: ${what}${times}` : `unhealthy: ${what}${times}`;
}
