/**
 * Notices that this process did not run for a while: stopped, or the whole machine suspended. What was under way then
 * says nothing about agents, which may have been stopped too.
 */
import type { Clock } from '../../core/clock.ts';

/** Between two looks that should be far less apart. A machine that is merely busy is forgiven as much. */
const GAP_MS = 3000;

export class Gaps {
  readonly #clock: Clock;
  #monotonicMs: number;
  #wallMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#monotonicMs = clock.monotonicMs();
    this.#wallMs = clock.now().getTime();
  }

  /** True where time has passed unnoticed since the last call. The wall clock goes on in a suspend, the other may not. */
  passed(): boolean {
    const [monotonicMs, wallMs] = [this.#clock.monotonicMs(), this.#clock.now().getTime()];
    const isGap = monotonicMs - this.#monotonicMs > GAP_MS || Math.abs(wallMs - this.#wallMs) > GAP_MS;
    this.#monotonicMs = monotonicMs;
    this.#wallMs = wallMs;
    return isGap;
  }
}
