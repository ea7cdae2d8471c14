/** The clock as a port, so that back-off and windows are tried in virtual time and survive a clock that jumps. */
import { Pulse } from './pulse.ts';

export interface Clock {
  /** Monotonic milliseconds: for delays, windows and uptimes. Never goes back, means nothing outside the process. */
  monotonicMs(): number;
  /** Wall-clock time: for what people and scripts read. */
  now(): Date;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
  /** Runs `task` at each multiple of `everyMs` on the monotonic clock; the returned function ends that. */
  every(everyMs: number, task: () => void): () => void;
}

const timers: Pick<Clock, 'monotonicMs' | 'after'> = {
  monotonicMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

const pulse = new Pulse(timers);

export const systemClock: Clock = { ...timers, now: () => new Date(), every: (everyMs, task) => pulse.every(everyMs, task) };
