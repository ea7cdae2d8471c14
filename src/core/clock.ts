/** The clock as a port, so that back-off and windows are tried in virtual time and survive a clock that jumps. */

export interface Clock {
  /** Monotonic milliseconds: for delays, windows and uptimes. Never goes back, means nothing outside the process. */
  monotonicMs(): number;
  /** Wall-clock time: for what people and scripts read. */
  now(): Date;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  now: () => new Date(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};
