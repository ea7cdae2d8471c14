/** Gathers what rules of alerts look at, of one agent or of the machine. What costs a system call is asked for only by rules that need it. */
import fs from 'node:fs';
import { logPath, type HomePaths } from '../../config/paths.ts';
import type { Growth } from '../../core/history.ts';
import { isRunning } from '../../core/state.ts';
import type { AgentFacts, MachineFacts } from '../../health/alerts/facts.ts';
import { toAgent, type ManagedAgent } from '../managed-agent.ts';
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

  of(agent: ManagedAgent): AgentFacts {
    const { paths, growthOf, registry } = this.#options;
    const { spec, record, startedAtMs } = agent;
    const restarts = this.#restartsOf(agent);
    return {
      agent: toAgent(agent),
      isRunning: isRunning(record.state) && record.process !== null,
      uptimeMs: startedAtMs === null ? null : this.#nowMs() - startedAtMs,
      get silentForMs() {
        const stat = fs.statSync(logPath(paths, spec.name), { throwIfNoEntry: false });
        const lastMs = Math.max(stat?.mtimeMs ?? 0, Date.parse(record.startedAt ?? ''));
        return Number.isNaN(lastMs) ? null : Math.max(0, registry.clock.now().getTime() - lastMs);
      },
      get growth() {
        return growthOf(spec.name);
      },
      restartsWithin: (ms) => {
        const fromMs = this.#nowMs() - ms;
        return restarts.reduce((count, at) => count + (at > fromMs ? 1 : 0), 0);
      },
    };
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
