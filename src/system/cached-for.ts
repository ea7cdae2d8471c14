/** Shares one costly reading among all who ask within a moment: two hundred stops at once scan /proc a few times, not 400. */

/** A reading stays good for at least this many times what it cost, so that readings never fill the processor. */
const COSTS_KEPT = 4;

/** But no longer than this, where the machine is so busy that reading is slow. */
const MAX_COST_AGE_MS = 500;

/**
 * `read`, at most once in `maxAgeMs` (longer where reading itself takes long): within that time, counted from when
 * the reading was ready, everybody gets the same value.
 */
export function cachedFor<T>(maxAgeMs: number, read: () => T): () => T {
  let value: T;
  let staleAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const startedMs = performance.now();
    if (startedMs < staleAtMs) return value;
    value = read();
    const readyMs = performance.now();
    staleAtMs = readyMs + Math.max(maxAgeMs, Math.min(MAX_COST_AGE_MS, COSTS_KEPT * (readyMs - startedMs)));
    return value;
  };
}
