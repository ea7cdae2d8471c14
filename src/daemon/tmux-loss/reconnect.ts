/**
 * Keeps a connection to tmux: after a loss it connects again at growing intervals, says once that it cannot and once
 * that it can again, and lets those wait who need tmux. What a loss means for agents is tmux-loss.ts.
 */
import type { Clock } from '../../core/clock.ts';

const BASE_DELAY_MS = 200;
const MAX_DELAY_MS = 30_000;
/** A server that lived this long ends a row of deaths. */
const STABLE_AFTER_MS = 60_000;

export interface ReconnectOptions {
  readonly clock: Clock;
  /** Starts a server where none is there. */
  readonly connect: () => Promise<void>;
  readonly isConnected: () => boolean;
  /** Told once for each outage, of its first failure. */
  readonly onFailing: (error: unknown) => void;
  readonly onRestored: () => void;
  readonly random?: () => number;
}

export class Reconnect {
  readonly #options: ReconnectOptions;
  readonly #waiting: (() => void)[] = [];
  #cancel: (() => void) | null = null;
  #isTrying = false;
  /** Attempts since tmux was last well: failed ones, and servers that did not live. */
  #row = 0;
  #isFailing = false;
  #upSinceMs: number | null = null;
  #stopped = false;

  constructor(options: ReconnectOptions) {
    this.#options = options;
  }

  /** Resolves at once where tmux is connected, else as soon as it is. */
  up(): Promise<void> {
    if (this.#options.isConnected()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
  }

  /** The connection is gone. */
  lost(): void {
    const { clock } = this.#options;
    const stable = this.#upSinceMs !== null && clock.monotonicMs() - this.#upSinceMs >= STABLE_AFTER_MS;
    if (stable) this.#row = 0;
    this.#upSinceMs = null;
    this.#schedule();
  }

  /** Whoever brought it about: it is there. */
  connected(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#upSinceMs ??= this.#options.clock.monotonicMs();
    if (this.#isFailing) this.#options.onRestored();
    this.#isFailing = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(): void {
    if (this.#cancel !== null || this.#isTrying || this.#stopped) return;
    this.#cancel = this.#options.clock.after(this.#delayMs(), () => void this.#attempt());
    this.#row += 1;
  }

  #delayMs(): number {
    if (this.#row === 0) return 0;
    const full = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** Math.min(this.#row - 1, 20));
    return full * (0.8 + 0.4 * (this.#options.random ?? Math.random)());
  }

  async #attempt(): Promise<void> {
    this.#cancel = null;
    this.#isTrying = true;
    try {
      await this.#options.connect();
    } catch (error) {
      if (!this.#isFailing) this.#options.onFailing(error);
      this.#isFailing = true;
    }
    this.#isTrying = false;
    if (!this.#options.isConnected()) this.#schedule();
  }
}
