/** When a channel that could not be told is tried again, and when nobody tries any more. Pure. */

const FIRST_DELAY_MS = 1000;
const MAX_DELAY_MS = 5 * 60_000;
export const MAX_ATTEMPTS = 14;

/** How long an attempt may take. */
export const ATTEMPT_TIMEOUT_MS = 10_000;

/** Milliseconds until the next attempt: 1 s, 2 s, 4 s … 5 min, about half an hour in all. Null: given up. */
export function retryAfterMs(attempts: number): number | null {
  if (attempts >= MAX_ATTEMPTS) return null;
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
}
