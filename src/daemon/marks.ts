/**
 * Who on this machine carries the mark of one of our agents in its environment, from one scan that all who ask at the
 * same time share; and the sweep that ends what an agent's earlier generations left behind.
 */
import type { Clock } from '../core/clock.ts';
import { findMarked, type MarkedProcess } from '../system/marks.ts';
import { signalProcess } from '../system/signals.ts';

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
  #last: ReadonlyMap<string, MarkedProcess[]> = new Map();
  #lastAtMs = -Infinity;
  #cancelSweep: (() => void) | null = null;

  constructor(options: MarksOptions) {
    this.#options = options;
  }

  /** All marked processes by agent, at most a few milliseconds old. */
  fresh(): Map<string, MarkedProcess[]> {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#lastAtMs > SHARED_FOR_MS) {
      this.#last = findMarked(this.#options.home);
      this.#lastAtMs = this.#options.clock.monotonicMs();
    }
    return new Map(this.#last);
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
