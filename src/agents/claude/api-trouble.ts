/**
 * What keeps Claude Code from its work without being its fault: the account's limit, or an API that is overloaded or
 * broken. Both pass, and it is told to go on then. Pure.
 */
import type { ApiFailure } from './transcript-facts.ts';

/** A limit of which nobody says when it ends is tried again after this. */
const UNKNOWN_LIMIT_MS = 15 * 60_000;
/** Claude Code has tried ten times in three minutes by then. */
const PAUSES_MS = [30_000, 60_000, 120_000, 300_000, 900_000];

/** Does it pass by itself? */
export function passes({ isUsageLimit, status }: ApiFailure): boolean {
  return isUsageLimit || status === 429 || (status ?? 0) >= 500;
}

/** When to go on, in wall-clock milliseconds. @param before failures in a row before this one */
export function goOnAtMs({ isUsageLimit, resetsAtMs }: ApiFailure, failedAtMs: number, before: number): number {
  if (isUsageLimit) return resetsAtMs ?? failedAtMs + UNKNOWN_LIMIT_MS;
  return failedAtMs + (PAUSES_MS[before] ?? PAUSES_MS.at(-1) ?? UNKNOWN_LIMIT_MS);
}

/** What it is told then. */
export function goOn(isUsageLimit: boolean): string {
  const what = isUsageLimit ? 'The usage limit that stopped you is reset.' : 'The error of the API that stopped you may be over.';
  return `${what} Go on with what you were doing.`;
}
