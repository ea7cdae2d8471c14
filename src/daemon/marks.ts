/**
 * Who on this machine carries the mark of one of our agents in its environment, from one scan that all who ask at the
 * same time share; and the sweep that ends what an agent's earlier generations left behind.
 */
import type { Clock } from '../core/clock.ts';
import { cachedFor } from '../system/cached-for.ts';
import { findMarked, type MarkedProcess } from '../system/marks.ts';
import { signalProcess } from '../system/signals.ts';

export type MarkedByAgent = ReadonlyMap<string, readonly MarkedProcess[]>;

/** A scan costs about 15 µs a process: whoever asks within this time gets the last one. */
const SHARED_FOR_MS = 5;
const SWEEP_AFTER_MS = 1000;

export interface MarksOptions {
  readonly home: string;
  readonly clock: Clock;
  /** The generation of this agent that may live; null where none may, undefined where the agent is not known. */
  readonly lives: (agent: string) => number | null | undefined;
}

export class Marks {
  readonly #options: MarksOptions;
  #cancelSweep: (() => void) | null = null;

  /** All marked processes by agent, at most a few milliseconds old; the same object for all who share a scan. */
  readonly fresh: () => MarkedByAgent;

  constructor(options: MarksOptions) {
    this.#options = options;
    this.fresh = cachedFor(SHARED_FOR_MS, () => findMarked(options.home));
  }

  /** The same without what later generations of `agent` than this one started. */
  upTo(agent: string, generation: number): () => MarkedByAgent {
    let scan: MarkedByAgent | undefined;
    let chosen: MarkedByAgent = new Map();
    return () => {
      const now = this.fresh();
      if (now === scan) return chosen;
      scan = now;
      const own = (now.get(agent) ?? []).filter((process) => process.generation <= generation);
      chosen = new Map(now).set(agent, own);
      return chosen;
    };
  }

  /** After an end: what the ended generation left running (a forked server, a shell's child) is ended too. */
  sweepSoon(): void {
    this.#cancelSweep ??= this.#options.clock.after(SWEEP_AFTER_MS, () => {
      this.#cancelSweep = null;
      if (this.#sweep('SIGTERM') > 0) this.#cancelSweep = this.#options.clock.after(SWEEP_AFTER_MS, () => this.#finish());
    });
  }

  stop(): void {
    this.#cancelSweep?.();
  }

  #finish(): void {
    this.#cancelSweep = null;
    this.#sweep('SIGKILL');
  }

  #sweep(signal: 'SIGTERM' | 'SIGKILL'): number {
    let left = 0;
    for (const [agent, processes] of this.fresh()) {
      const alive = this.#options.lives(agent);
      if (alive === undefined) continue;
      for (const process of processes) {
        if (alive !== null && process.generation >= alive) continue;
        if (signalProcess(process, signal) === 'sent') left += 1;
      }
    }
    return left;
  }
}
