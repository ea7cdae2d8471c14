/**
 * Whether memory grows steadily: the slope by Theil and Sen, the median of the slopes between all pairs of points, which
 * single peaks do not move. A saw-tooth of a garbage collector and a start that levels off are no growth. Pure.
 */
import type { Growth } from '../core/history.ts';

export interface TrendPoint {
  readonly atMs: number;
  readonly value: number;
}

const HOUR_MS = 3_600_000;
/** Less says nothing. */
export const MIN_SPAN_MS = HOUR_MS / 2;
const MIN_POINTS = 12;
/** Of all pairs, so many must point the same way. */
const AGREEMENT = 0.8;
/** In its second half it must grow at least by this part of its whole slope. */
const STILL_GROWS = 0.3;
/** Of the whole, so much must have been added. */
const MIN_SHARE = 0.02;

/** Null where it does not grow steadily. Points in order of time. */
export function growthIn(points: readonly TrendPoint[], nowMs: number): Growth | null {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < MIN_POINTS || last.atMs - first.atMs < MIN_SPAN_MS) return null;
  const slopes = slopesOf(points);
  const slope = median(slopes);
  const rising = slopes.filter((each) => each > 0).length / slopes.length;
  const later = median(slopesOf(points.slice(Math.floor(points.length / 2))));
  const added = slope * (last.atMs - first.atMs);
  const isSteady = slope > 0 && rising >= AGREEMENT && later >= slope * STILL_GROWS && added >= median(points.map(({ value }) => value)) * MIN_SHARE;
  return isSteady ? { bytesPerHour: Math.round(slope * HOUR_MS), sinceMs: Math.max(0, Math.round(nowMs - first.atMs)) } : null;
}

/** Between all pairs, in units a millisecond. */
function slopesOf(points: readonly TrendPoint[]): number[] {
  return points.flatMap((a, i) => points.slice(i + 1).map((b) => (b.value - a.value) / (b.atMs - a.atMs)));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
