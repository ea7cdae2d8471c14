/** A look that is repeated, often while there is something to see and seldom while there is not. */
import type { Clock } from '../core/clock.ts';

export class PacedLook {
  readonly #clock: Pick<Clock, 'every'>;
  readonly #task: () => void;
  #everyMs: number | null = null;
  #end = (): void => undefined;

  constructor(clock: Pick<Clock, 'every'>, task: () => void) {
    this.#clock = clock;
    this.#task = task;
  }

  /** From now on so often. */
  pace(everyMs: number): void {
    if (everyMs === this.#everyMs) return;
    this.stop();
    this.#everyMs = everyMs;
    this.#end = this.#clock.every(everyMs, this.#task);
  }

  stop(): void {
    this.#end();
    this.#everyMs = null;
  }
}
