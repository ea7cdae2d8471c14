/** A point in time by both clocks: one to count with, one to write down. */
export interface Moment {
  /** Monotonic. */
  readonly nowMs: number;
  /** ISO 8601 UTC. */
  readonly at: string;
}
