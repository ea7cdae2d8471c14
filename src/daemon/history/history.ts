/**
 * Keeps what agents used, in batches: many samples share one write to the disk, and what a killed daemon had not written
 * yet is the last minute. Now and then looks at each agent whether its memory grows.
 */
import type { Growth, HistoryReply } from '../../core/history.ts';
import { MuxwardError } from '../../core/errors.ts';
import { growthIn } from '../../health/trend.ts';
import type { Sample } from '../../store/sample-rows.ts';
import type { Store } from '../../store/store.ts';
import type { EventHub } from '../event-hub.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';

const LOOK_EVERY_MS = 1000;
const WRITE_EVERY_MS = 60_000;
/** Each agent's memory is looked at anew so often, a few agents at a time. */
const TREND_EVERY_MS = 5 * 60_000;
/** A program that starts takes memory: that is no leak. */
const WARM_UP_MS = 5 * 60_000;
const TREND_REACH_MS = 6 * 3_600_000;
const TREND_POINTS = 40;

export interface HistoryOptions {
  readonly registry: Registry;
  readonly store: Store;
  readonly hub: EventHub;
  readonly keepRows: number;
  readonly onError: (what: string, error: unknown) => void;
}

interface Trend {
  readonly atMs: number;
  readonly growth: Growth | null;
}

export class History {
  readonly #options: HistoryOptions;
  readonly #trends = new Map<string, Trend>();
  /** When the last sample that is kept of each agent was taken. */
  readonly #kept = new WeakMap<ManagedAgent, string>();
  #samples: Sample[] = [];
  #writtenAtMs: number;
  #stops: (() => void)[] = [];

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#writtenAtMs = options.registry.clock.monotonicMs();
  }

  start(): void {
    const { registry, hub } = this.#options;
    this.#stops = [registry.clock.every(LOOK_EVERY_MS, () => this.#tick()), hub.on('agent.removed', ({ agent }) => this.#forget(agent ?? ''))];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    this.#write();
  }

  growthOf(agent: string): Growth | null {
    return this.#trends.get(agent)?.growth ?? null;
  }

  read(agent: ManagedAgent, sinceMs: number): HistoryReply {
    this.#write();
    const { name } = agent.spec;
    return { agent: name, points: this.#options.store.samples.list(name, sinceMs), growth: this.growthOf(name) };
  }

  #tick(): void {
    const { registry } = this.#options;
    const nowMs = registry.clock.monotonicMs();
    for (const agent of registry.all()) this.#keep(agent);
    this.#lookAtTrends(nowMs);
    if (nowMs - this.#writtenAtMs >= WRITE_EVERY_MS) this.#write();
  }

  #keep(agent: ManagedAgent): void {
    const { resources, record, health, spec } = agent;
    if (resources === null || record.process === null || this.#kept.get(agent) === resources.at) return;
    this.#kept.set(agent, resources.at);
    this.#samples.push({
      agent: spec.name,
      atMs: Date.parse(resources.at),
      cpuPercent: resources.cpuPercent,
      rssBytes: resources.rssBytes,
      processes: resources.processes,
      responseMs: health.responseMs,
      health: health.status === 'healthy' || health.status === 'unhealthy' ? health.status : 'unknown',
    });
  }

  /** A disk that is full loses samples, and nothing else. */
  #write(): void {
    const { store, registry, keepRows, onError } = this.#options;
    const samples = this.#samples;
    this.#samples = [];
    this.#writtenAtMs = registry.clock.monotonicMs();
    if (samples.length === 0) return;
    try {
      store.transaction(() => {
        store.samples.add(samples);
        store.samples.thin(registry.clock.now().getTime(), keepRows);
      });
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      onError('history', error);
    }
  }

  #lookAtTrends(nowMs: number): void {
    const running = this.#options.registry.all().filter(({ record }) => record.process !== null);
    const due = running.filter(({ spec }) => nowMs - (this.#trends.get(spec.name)?.atMs ?? Number.NEGATIVE_INFINITY) >= TREND_EVERY_MS);
    const share = Math.ceil(running.length / (TREND_EVERY_MS / LOOK_EVERY_MS));
    for (const agent of due.slice(0, share)) this.#trends.set(agent.spec.name, { atMs: nowMs, growth: this.#trendOf(agent) });
  }

  #trendOf({ spec, record }: ManagedAgent): Growth | null {
    const wallMs = this.#options.registry.clock.now().getTime();
    const fromMs = Math.max(Date.parse(record.startedAt ?? '') + WARM_UP_MS, wallMs - TREND_REACH_MS);
    if (!(fromMs < wallMs)) return null;
    const bucketMs = Math.max(LOOK_EVERY_MS, Math.ceil((wallMs - fromMs) / TREND_POINTS));
    return growthIn(this.#options.store.samples.memoryMeans(spec.name, Math.floor(fromMs), bucketMs), wallMs);
  }

  #forget(agent: string): void {
    this.#trends.delete(agent);
    this.#samples = this.#samples.filter((sample) => sample.agent !== agent);
    // One of that name may have come again meanwhile: its samples go too.
    this.#options.store.samples.removeOf(agent);
  }
}
