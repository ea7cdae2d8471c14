/** When a limit is near, when it is exceeded, and how much of the time a throttled agent may run. Pure. */

/** A limit that is used up to here is told of, once until it falls below `CALM` again. */
const WARN_AT = 0.8;
const CALM_BELOW = 0.75;

export interface LimitState {
  readonly warned: boolean;
  readonly exceeded: boolean;
}

export const UNTOUCHED: LimitState = { warned: false, exceeded: false };

export type LimitNews = 'warned' | 'exceeded' | null;

/** `used` and `limit` in the same unit. Exceeded is told once, too, until it is kept to again. */
export function afterReading(state: LimitState, used: number, limit: number): { readonly state: LimitState; readonly news: LimitNews } {
  const exceeded = used > limit;
  const near = used >= limit * (state.warned ? CALM_BELOW : WARN_AT);
  const next = { warned: near, exceeded };
  if (exceeded && !state.exceeded) return { state: next, news: 'exceeded' };
  return { state: next, news: near && !state.warned && !exceeded ? 'warned' : null };
}

/** How fast the mean follows a reading: with one a second, most of it within five seconds. */
const FOLLOWS = 0.4;

/** CPU comes in bursts: what counts is a mean that forgets. */
export function meanAfter(mean: number | null, reading: number): number {
  return mean === null ? reading * FOLLOWS : mean + (reading - mean) * FOLLOWS;
}

const LEAST_DUTY = 0.05;
/** How fast a throttled agent gets more again while it stays below its limit. */
const MOST_GROWTH = 1.3;

/** The part of the time, in (0, 1], in which a throttled agent may run, so that it comes to `limit` cores; 1 ends it. */
export function nextDuty(duty: number, usedCores: number, limitCores: number): number {
  const wanted = usedCores <= 0 ? MOST_GROWTH : limitCores / usedCores;
  return Math.min(1, Math.max(LEAST_DUTY, duty * Math.min(MOST_GROWTH, wanted)));
}
