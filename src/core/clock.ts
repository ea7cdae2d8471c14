/** The clock as a port, so that back-off and windows are tried in virtual time and survive a clock that jumps. */
import { Pulse, type Timers } from './pulse.ts';

export interface Clock extends Timers {
  /** Wall-clock time: for what people and scripts read. */
  now(): Date;
  /** Runs `task` at each multiple of `everyMs` on the monotonic clock; the returned function ends that. */
  every(everyMs: number, task: () => void): () => void;
}

const timers: Timers = {
  monotonicMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

const pulse = new Pulse(timers);

export const systemClock: Clock = { ...timers, now: () => new Date(), every: (everyMs, task) => pulse.every(everyMs, task) };
