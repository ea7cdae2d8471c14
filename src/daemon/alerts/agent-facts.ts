/** Gathers what rules of alerts look at, of one agent or of the machine. What costs a system call is asked for only by rules that need it. */
import fs from 'node:fs';
import { logPath, type HomePaths } from '../../config/paths.ts';
import type { Agent } from '../../core/agent.ts';
import type { Growth } from '../../core/history.ts';
import { isRunning } from '../../core/state.ts';
import type { AgentFacts, MachineFacts } from '../../health/alerts/facts.ts';
import { shownActivity, shownHealth, shownResources, type ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';

const DISK_EVERY_MS = 30_000;
/** No rule looks further back. */
const RESTARTS_KEPT = 1000;

export interface FactsOptions {
  readonly registry: Registry;
  readonly paths: HomePaths;
  readonly growthOf: (agent: string) => Growth | null;
}

export class Facts {
  readonly #options: FactsOptions;
  /** When the supervisor restarted each agent, monotonic, oldest first. */
  readonly #restarts = new Map<string, number[]>();
  readonly #known = new WeakMap<ManagedAgent, AgentFacts>();
  #disk: MachineFacts = { diskUsedPercent: null, diskFreeBytes: null };
  #diskAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: FactsOptions) {
    this.#options = options;
  }

  noteRestart(agent: string): void {
    const times = this.#restarts.get(agent) ?? [];
    this.#restarts.set(agent, [...times, this.#nowMs()].slice(-RESTARTS_KEPT));
  }

  forget(agent: string): void {
    this.#restarts.delete(agent);
  }

  /** Always of now: the same one each time. */
  of(agent: ManagedAgent): AgentFacts {
    const known = this.#known.get(agent);
    if (known) return known;
    const facts = new FactsOfAgent(agent, this.#options, () => this.#restartsOf(agent));
    this.#known.set(agent, facts);
    return facts;
  }

  machine(): MachineFacts {
    if (this.#nowMs() - this.#diskAtMs >= DISK_EVERY_MS) {
      this.#diskAtMs = this.#nowMs();
      this.#disk = diskOf(this.#options.paths.home);
    }
    return this.#disk;
  }

  #nowMs(): number {
    return this.#options.registry.clock.monotonicMs();
  }

  /** Those before this daemon are known as far as the restart policy remembers them. */
  #restartsOf({ spec, memory }: ManagedAgent): readonly number[] {
    const known = this.#restarts.get(spec.name);
    if (known) return known;
    const remembered = [...memory.restartedAtMs];
    this.#restarts.set(spec.name, remembered);
    return remembered;
  }
}

/** Rules look at a few of these values, of each agent and every second: each is made only when it is asked for. */
class FactsOfAgent implements AgentFacts {
  readonly agent: AgentFacts['agent'];
  readonly #agent: ManagedAgent;
  readonly #options: FactsOptions;
  readonly #restarts: () => readonly number[];

  constructor(agent: ManagedAgent, options: FactsOptions, restarts: () => readonly number[]) {
    this.#agent = agent;
    this.#options = options;
    this.#restarts = restarts;
    this.agent = new ShownAgent(agent);
  }

  get isRunning(): boolean {
    const { state, process } = this.#agent.record;
    return isRunning(state) && process !== null;
  }

  get uptimeMs(): number | null {
    const { startedAtMs } = this.#agent;
    return startedAtMs === null ? null : this.#options.registry.clock.monotonicMs() - startedAtMs;
  }

  get silentForMs(): number | null {
    const { paths, registry } = this.#options;
    const { spec, record } = this.#agent;
    const stat = fs.statSync(logPath(paths, spec.name), { throwIfNoEntry: false });
    const lastMs = Math.max(stat?.mtimeMs ?? 0, Date.parse(record.startedAt ?? ''));
    return Number.isNaN(lastMs) ? null : Math.max(0, registry.clock.now().getTime() - lastMs);
  }

  get growth(): Growth | null {
    return this.#options.growthOf(this.#agent.spec.name);
  }

  restartsWithin(ms: number): number {
    const fromMs = this.#options.registry.clock.monotonicMs() - ms;
    return this.#restarts().reduce((count, at) => count + (at > fromMs ? 1 : 0), 0);
  }
}

/** What `toAgent` gives of it, value by value. */
class ShownAgent implements Pick<Agent, keyof AgentFacts['agent']> {
  readonly #agent: ManagedAgent;

  constructor(agent: ManagedAgent) {
    this.#agent = agent;
  }

  get name(): Agent['name'] {
    return this.#agent.spec.name;
  }

  get state(): Agent['state'] {
    return this.#agent.record.state;
  }

  get reason(): Agent['reason'] {
    return this.#agent.record.reason;
  }

  get health(): Agent['health'] {
    return shownHealth(this.#agent);
  }

  get activity(): Agent['activity'] {
    return shownActivity(this.#agent);
  }

  get resources(): Agent['resources'] {
    return shownResources(this.#agent);
  }

  get limits(): Agent['limits'] {
    return this.#agent.spec.limits;
  }

  get cost(): Agent['cost'] {
    return this.#agent.cost;
  }
}

/** Of what users may take: what only root may is not free. */
function diskOf(folder: string): MachineFacts {
  try {
    const { bavail, bfree, blocks, bsize } = fs.statfsSync(folder);
    const used = blocks - bfree;
    return { diskUsedPercent: used + bavail === 0 ? null : (used / (used + bavail)) * 100, diskFreeBytes: bavail * bsize };
  } catch {
    return { diskUsedPercent: null, diskFreeBytes: null };
  }
}
