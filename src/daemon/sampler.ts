/** Samples what agents use: CPU and memory of whole trees, and which of their processes are busy. */
import type { Resources } from '../core/agent.ts';
import { CLOCK_TICKS_PER_SECOND, scanProcesses, type ProcessStat } from '../system/process-table.ts';
import { treesOf } from '../system/process-tree.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';

type Ticks = Map<number, { startTime: number; ticks: number }>;

/** A pass over the processes of 50 agents takes 1 ms, over those of 200 the third part of a `status`. */
const FRESHENED_AGENTS = 50;
const OLD_SAMPLE_MS = 1000;

const STRANGERS_KEPT_MS = 60_000;

/** Who uses less of a core is not worth being throttled. */
const BUSY_CORES = 0.02;

export class Sampler {
  readonly #registry: Registry;
  /** Somebody may know more of an agent than its processes tell. */
  readonly #correct: (agent: ManagedAgent, sample: Resources) => Resources;
  /** CPU ticks of each process at the last sample. */
  #ticks: Ticks = new Map();
  #sampledAtMs = 0;
  /** Who is in no agent's tree does not come to be in one: most of a machine's processes are read but once in a while. */
  readonly #strangers = new Set<number>();
  #strangersSinceMs = Number.NEGATIVE_INFINITY;

  constructor(registry: Registry, correct: (agent: ManagedAgent, sample: Resources) => Resources) {
    this.#registry = registry;
    this.#correct = correct;
  }

  /** For who asks once: numbers that are missing, and old ones where a look at all costs less than the answer. */
  freshen(): void {
    const running = this.#registry.all().filter(({ record }) => record.process !== null);
    const isOld = this.#registry.clock.monotonicMs() - this.#sampledAtMs > OLD_SAMPLE_MS;
    if (running.some(({ resources }) => resources === null) || (isOld && running.length <= FRESHENED_AGENTS)) this.sample();
  }

  /** CPU and memory of every agent's whole tree, from one pass over all processes. */
  sample(): void {
    const registry = this.#registry;
    const roots = new Map<string, number>();
    for (const { spec, record } of registry.all()) if (record.process) roots.set(spec.name, record.process.pid);
    if (roots.size === 0) return;
    const nowMs = registry.clock.monotonicMs();
    this.#forgetStrangers(nowMs, roots);
    const all = scanProcesses(this.#strangers);
    if (all === undefined) return;
    const trees = treesOf(roots, all);
    this.#noteStrangers(all, trees);
    const elapsedMs = nowMs - this.#sampledAtMs;
    const at = registry.clock.now().toISOString();
    const ticks: Ticks = new Map();
    for (const [name, tree] of trees) {
      const agent = registry.find(name);
      if (!agent) continue;
      if (agent.spec.limits.cpu !== null) agent.busy = tree.filter((one) => this.#isBusy(one, elapsedMs));
      agent.processes = tree.map(({ pid }) => pid);
      agent.resources = this.#correct(agent, this.#sum(tree, ticks, this.#sampledAtMs === 0 ? null : elapsedMs, at));
    }
    this.#ticks = ticks;
    this.#sampledAtMs = nowMs;
  }

  /** One of them was an agent that had not yet said so, or their numbers may be others' by now. */
  #forgetStrangers(nowMs: number, roots: ReadonlyMap<string, number>): void {
    const isOld = nowMs - this.#strangersSinceMs >= STRANGERS_KEPT_MS;
    if (!isOld && ![...roots.values()].some((pid) => this.#strangers.has(pid))) return;
    this.#strangers.clear();
    this.#strangersSinceMs = nowMs;
  }

  #noteStrangers(all: readonly ProcessStat[], trees: ReadonlyMap<string, readonly ProcessStat[]>): void {
    const ours = new Set([...trees.values()].flat());
    for (const one of all) if (!ours.has(one)) this.#strangers.add(one.pid);
  }

  /** New ones count as busy: what they do is not known yet. Stopped ones may be so because of what they did. */
  #isBusy({ pid, startTime, cpuTicks, state }: ProcessStat, elapsedMs: number): boolean {
    const before = this.#ticks.get(pid);
    if (before?.startTime !== startTime || state === 'T') return true;
    return (cpuTicks - before.ticks) / CLOCK_TICKS_PER_SECOND > (BUSY_CORES * elapsedMs) / 1000;
  }

  #sum(tree: readonly ProcessStat[], ticks: Ticks, elapsedMs: number | null, at: string): Resources {
    let used = 0;
    let rssBytes = 0;
    for (const { pid, startTime, cpuTicks, rssBytes: rss } of tree) {
      const before = this.#ticks.get(pid);
      used += before?.startTime === startTime ? cpuTicks - before.ticks : 0;
      ticks.set(pid, { startTime, ticks: cpuTicks });
      rssBytes += rss;
    }
    const cpuPercent = elapsedMs === null ? null : Math.round((used / CLOCK_TICKS_PER_SECOND / (elapsedMs / 1000)) * 1000) / 10;
    return { cpuPercent, rssBytes, processes: tree.length, at };
  }
}
