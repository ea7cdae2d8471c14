/**
 * Looks that are repeated, all on one timer: whatever is due at the same moment wakes the process once, and a waking costs
 * more than most looks. So each is due at the multiples of its period.
 */

/** What it runs on. */
export interface Timers {
  /** Monotonic milliseconds: for delays, windows and uptimes. Never goes back, means nothing outside the process. */
  monotonicMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

interface Look {
  readonly everyMs: number;
  readonly task: () => void;
  dueAtMs: number;
}

/** A timer may come so much before its time. */
const EARLY_MS = 1;

export class Pulse {
  readonly #clock: Timers;
  readonly #looks = new Set<Look>();
  #armed: { readonly atMs: number; readonly cancel: () => void } | null = null;

  constructor(clock: Timers) {
    this.#clock = clock;
  }

  /** As Clock.every. What a task throws is thrown apart, so that the others have their turn. */
  every(everyMs: number, task: () => void): () => void {
    const look = { everyMs, task, dueAtMs: this.#nextMultiple(everyMs) };
    this.#looks.add(look);
    this.#arm();
    return () => {
      this.#looks.delete(look);
      this.#arm();
    };
  }

  #nextMultiple(everyMs: number): number {
    return (Math.floor((this.#clock.monotonicMs() + EARLY_MS) / everyMs) + 1) * everyMs;
  }

  #arm(): void {
    const atMs = Math.min(...[...this.#looks].map(({ dueAtMs }) => dueAtMs));
    if (this.#armed?.atMs === atMs) return;
    this.#armed?.cancel();
    this.#armed = null;
    if (this.#looks.size === 0) return;
    this.#armed = { atMs, cancel: this.#clock.after(Math.max(0, Math.ceil(atMs - this.#clock.monotonicMs())), () => this.#beat()) };
  }

  #beat(): void {
    this.#armed = null;
    const nowMs = this.#clock.monotonicMs() + EARLY_MS;
    const due = [...this.#looks].filter(({ dueAtMs }) => dueAtMs <= nowMs);
    for (const look of due) look.dueAtMs = this.#nextMultiple(look.everyMs);
    this.#arm();
    for (const look of due) if (this.#looks.has(look)) this.#run(look.task);
  }

  #run(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#clock.after(0, () => {
        throw error;
      });
    }
  }
}
