/**
 * Many agents that start together have the machine to themselves: what can wait waits until tmux has started them all,
 * but not for long. What that is (and an end never is) is for those who ask here to know.
 */
import type { Timers } from '../core/pulse.ts';

/** So many starts at once take the machine for a while; fewer are over within a moment. */
export const MANY_STARTS = 8;
/** After this nothing waits any more, however long the starts take. */
const LONGEST_MS = 1000;

export class Rush {
  readonly #clock: Timers;
  readonly #starts = new Set<ReadonlySet<string>>();
  #cancel: (() => void) | null = null;
  #waiting: (() => void)[] = [];

  constructor(clock: Timers) {
    this.#clock = clock;
  }

  /** These are about to start together. Whoever says so calls the returned function once tmux has started them, or has failed to. */
  begin(agents: readonly string[]): () => void {
    if (agents.length < MANY_STARTS) return () => undefined;
    const together = new Set(agents);
    this.#starts.add(together);
    this.#cancel ??= this.#clock.after(LONGEST_MS, () => this.#end());
    return () => {
      if (this.#starts.delete(together) && this.#starts.size === 0) this.#end();
    };
  }

  get isOn(): boolean {
    return this.#starts.size > 0;
  }

  /** It is one of those that start. */
  has(agent: string): boolean {
    return [...this.#starts].some((together) => together.has(agent));
  }

  /** Runs it when the rush that is on is over. */
  afterwards(task: () => void): void {
    this.#waiting.push(task);
  }

  #end(): void {
    this.#starts.clear();
    this.#cancel?.();
    this.#cancel = null;
    const tasks = this.#waiting;
    this.#waiting = [];
    for (const task of tasks) task();
  }
}
