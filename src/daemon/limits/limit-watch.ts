/**
 * Holds agents to their limits, from the samples: tells when one is near, and does what is wanted when it is exceeded.
 * What the kernel does by itself is kernel-limits.ts.
 */
import type { EventData } from '../../core/event.ts';
import { actionOf, LIMIT_NAMES, limitOf, type LimitName } from '../../core/limits.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import { afterReading, meanAfter, nextDuty, UNTOUCHED, type LimitState } from '../../health/limit-policy.ts';
import type { Identity } from '../../system/identity.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { KernelLimits } from './kernel-limits.ts';
import type { OutputBytes } from './output-bytes.ts';
import type { Throttle } from './throttle.ts';

export interface LimitWatchOptions {
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly throttle: Throttle;
  readonly output: OutputBytes;
  readonly kernel: KernelLimits;
  /** The processes of the agent that used CPU since the sample before the last. */
  readonly busyOf: (agent: ManagedAgent) => readonly Identity[];
  readonly graceMs: number;
}

interface Held {
  readonly generation: number;
  readonly states: Partial<Record<LimitName, LimitState>>;
  /** Mean of cores in use, and the sample that it was last made from. */
  cpuMean: number | null;
  sampledAt: string | null;
}

export class LimitWatch {
  readonly #options: LimitWatchOptions;
  readonly #held = new WeakMap<ManagedAgent, Held>();

  constructor(options: LimitWatchOptions) {
    this.#options = options;
  }

  /** For one step of the loop. */
  check(): void {
    this.#options.kernel.tidy();
    for (const agent of this.#options.registry.all()) {
      if (agent.record.process === null || agent.record.state === 'terminating') {
        this.#options.throttle.release(agent);
        continue;
      }
      for (const name of LIMIT_NAMES) {
        const limit = limitOf(agent.spec.limits, name);
        if (limit !== null) this.#checkOne(agent, name, limit);
      }
    }
  }

  #checkOne(agent: ManagedAgent, name: LimitName, limit: number): void {
    const held = this.#heldOf(agent);
    const used = this.#usedOf(agent, held, name, limit);
    if (used === null) return;
    const { state, news } = afterReading(held.states[name] ?? UNTOUCHED, used, limit);
    held.states[name] = state;
    const action = actionOf(agent.spec.limits, name);
    const { registry } = this.#options;
    if (news === 'warned') registry.emit('limit.warned', agent.spec.name, { limit: name, used, allowed: limit });
    if (news === 'exceeded') registry.emit('limit.exceeded', agent.spec.name, { limit: name, used, allowed: limit, action });
    if (action === 'throttle') this.#throttle(agent, held, limit);
    else if (state.exceeded && action !== 'alert') this.#end(agent, { limit: name, used, allowed: limit, action });
  }

  #heldOf(agent: ManagedAgent): Held {
    const known = this.#held.get(agent);
    if (known?.generation === agent.record.generation) return known;
    const held: Held = { generation: agent.record.generation, states: {}, cpuMean: null, sampledAt: null };
    this.#held.set(agent, held);
    return held;
  }

  /** In the limit's own unit; null while it is not known. */
  #usedOf(agent: ManagedAgent, held: Held, name: LimitName, limit: number): number | null {
    switch (name) {
      case 'memory':
        return agent.resources?.rssBytes ?? null;
      case 'cpu':
        return this.#cpuOf(agent, held, limit);
      case 'timeout':
        return agent.startedAtMs === null ? null : this.#options.registry.clock.monotonicMs() - agent.startedAtMs;
      case 'processes':
        return agent.resources?.processes ?? null;
      case 'output':
        return this.#options.output.of(agent);
    }
  }

  /** Whom the kernel slows down never uses much more than its limit: that it wants more shows in how often it waits. */
  #cpuOf(agent: ManagedAgent, held: Held, limit: number): number | null {
    const mean = this.#meanOf(agent, held);
    if (mean === null || !this.#options.kernel.holdsCpu(agent)) return mean;
    return this.#options.kernel.wantsMoreCpu(agent) ? Math.max(mean, limit + Number.EPSILON) : Math.min(mean, limit);
  }

  /** Each sample counts once, however often this looks. */
  #meanOf({ resources }: ManagedAgent, held: Held): number | null {
    if (resources === null || resources.cpuPercent === null || resources.at === held.sampledAt) return held.cpuMean;
    held.sampledAt = resources.at;
    held.cpuMean = meanAfter(held.cpuMean, resources.cpuPercent / 100);
    return held.cpuMean;
  }

  #throttle(agent: ManagedAgent, { cpuMean, states }: Held, limit: number): void {
    const { throttle, busyOf, kernel } = this.#options;
    if (kernel.holdsCpu(agent)) return;
    const duty = throttle.dutyOf(agent);
    if (cpuMean === null || (duty === 1 && states.cpu?.exceeded !== true)) return;
    throttle.set(agent, nextDuty(duty, cpuMean, limit), busyOf(agent));
  }

  #end(agent: ManagedAgent, exceeded: EventData['limit.exceeded']): void {
    const kind = exceeded.limit === 'timeout' ? 'timeout' : 'limit';
    const isFinal = exceeded.action === 'stop';
    this.#options.lifecycle.endFor(agent, { kind, detail: inWords(exceeded), ...(isFinal ? { isFinal } : {}) }, this.#options.graceMs);
  }
}

function inWords({ limit, used, allowed }: EventData['limit.exceeded']): string {
  switch (limit) {
    case 'memory':
      return `used ${formatSize(used)} of memory, its limit is ${formatSize(allowed)}`;
    case 'cpu':
      return `used ${used.toFixed(1)} cores, its limit is ${allowed}`;
    case 'timeout':
      return `ran longer than its limit of ${allowed < 60_000 ? `${allowed / 1000} s` : formatDuration(allowed)}`;
    case 'processes':
      return `had ${used} processes, its limit is ${allowed}`;
    case 'output':
      return `printed ${formatSize(used)}, its limit is ${formatSize(allowed)}`;
  }
}
