/**
 * Many agents that start together have the machine to themselves: what can wait waits until all of them run, but not for
 * long. What that is (and an end never is) is for those who ask here to know.
 */
import type { Timers } from '../core/pulse.ts';

/** So many starts at once take the machine for a while; fewer are over within a moment. */
export const MANY_STARTS = 8;
/** After this nothing waits any more, however long the starts take. */
const LONGEST_MS = 1000;

export class Rush {
  readonly #clock: Timers;
  /** Those of whom nothing was heard yet. */
  readonly #starting = new Set<string>();
  #cancel: (() => void) | null = null;
  #waiting: (() => void)[] = [];

  constructor(clock: Timers) {
    this.#clock = clock;
  }

  /** These are about to start together. Each is to be `settled` once it runs, or will not. */
  begin(agents: readonly string[]): void {
    if (agents.length < MANY_STARTS) return;
    for (const agent of agents) this.#starting.add(agent);
    this.#cancel ??= this.#clock.after(LONGEST_MS, () => this.#end());
  }

  settled(agent: string): void {
    if (this.#starting.delete(agent) && this.#starting.size === 0) this.#end();
  }

  get isOn(): boolean {
    return this.#starting.size > 0;
  }

  /** It is one of those that start. */
  has(agent: string): boolean {
    return this.#starting.has(agent);
  }

  /** Runs it when the rush that is on is over; soon, where none is. */
  afterwards(task: () => void): void {
    if (this.isOn) this.#waiting.push(task);
    else setImmediate(task);
  }

  #end(): void {
    this.#starting.clear();
    this.#cancel?.();
    this.#cancel = null;
    const tasks = this.#waiting;
    this.#waiting = [];
    for (const task of tasks) task();
  }
}
