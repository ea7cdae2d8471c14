/**
 * Lets a bounded number of agents start at once, each a moment after the other, and none while tmux is away: two hundred
 * that come back together would be the next outage. First come, first served.
 */
import type { Clock } from '../../core/clock.ts';

const MOST_AT_ONCE = 8;
/** Spreads those whose turn comes at the same moment. */
const JITTER_MS = 40;

/** To be called once, when the start has come to an end, whichever. */
export type EndTurn = () => void;

export interface TurnsOptions {
  readonly clock: Clock;
  /** Resolves while tmux can be asked. */
  readonly tmuxIsUp: () => Promise<void>;
  readonly random?: () => number;
}

export class Turns {
  readonly #options: TurnsOptions;
  readonly #waiting: ((end: EndTurn) => void)[] = [];
  #taken = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  async take(): Promise<EndTurn> {
    const end = await new Promise<EndTurn>((resolve) => {
      this.#waiting.push(resolve);
      this.#next();
    });
    await this.#options.tmuxIsUp();
    const jitterMs = (this.#options.random ?? Math.random)() * JITTER_MS;
    await new Promise<void>((resolve) => void this.#options.clock.after(jitterMs, resolve));
    return end;
  }

  #next(): void {
    if (this.#taken >= MOST_AT_ONCE) return;
    const grant = this.#waiting.shift();
    if (!grant) return;
    this.#taken += 1;
    grant(() => {
      this.#taken -= 1;
      this.#next();
    });
  }
}
