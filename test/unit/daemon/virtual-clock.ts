/** A clock that goes only where a test sends it. */
import type { Clock } from '../../../src/core/clock.ts';
import { Pulse } from '../../../src/core/pulse.ts';

export class VirtualClock implements Clock {
  #nowMs = 0;
  #timers: { atMs: number; task: () => void }[] = [];
  readonly #pulse = new Pulse(this);

  monotonicMs(): number {
    return this.#nowMs;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((one) => one !== timer));
  }

  every(everyMs: number, task: () => void): () => void {
    return this.#pulse.every(everyMs, task);
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Runs what is due up to then, in its order, and what follows from it. */
  async pass(ms: number): Promise<void> {
    const until = this.#nowMs + ms;
    for (;;) {
      await settle();
      const [next] = this.#timers.filter(({ atMs }) => atMs <= until).toSorted((a, b) => a.atMs - b.atMs);
      if (!next) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.task();
    }
    this.#nowMs = until;
  }
}

/** Lets all promises that can go on do so. */
export async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}
