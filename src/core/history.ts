/** What an agent used over time, as `health NAME --history --json` tells it. Only shapes. */

/** What can be drawn. */
export const HISTORY_METRICS = ['cpu', 'memory', 'response'] as const;
export type HistoryMetric = (typeof HISTORY_METRICS)[number];

export interface Span {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
}

/** One sample, or what several came to. */
export interface HistoryPoint {
  /** ISO 8601 UTC: when it begins. */
  readonly at: string;
  /** 1000, 60,000 or 3,600,000: the older, the coarser. */
  readonly stepMs: number;
  /** Percent of one core. */
  readonly cpu: Span | null;
  /** Bytes of the whole process tree. */
  readonly memory: Span;
  /** Milliseconds of the last probe. */
  readonly response: Span | null;
  /** The most there were. */
  readonly processes: number;
  /** The worst it was. */
  readonly health: 'unknown' | 'healthy' | 'unhealthy';
}

/** How memory grows, where it does so steadily. */
export interface Growth {
  readonly bytesPerHour: number;
  readonly sinceMs: number;
}

export interface HistoryReply {
  readonly agent: string;
  /** Oldest first. */
  readonly points: readonly HistoryPoint[];
  readonly growth: Growth | null;
}
