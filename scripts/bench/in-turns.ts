/** Measures several things in turn, A B C A B C …, so that the drift of a shared machine hits all of them alike. */
import { summarize, type Summary } from './stats.ts';

/** One measurement in milliseconds; null where it did not come about. */
export type Take = (round: number) => Promise<number | null>;

export interface InTurns<Key extends string> {
  readonly summaries: Readonly<Record<Key, Summary>>;
  /** Rounds in which there was no measurement, warm-ups included. */
  readonly failures: Readonly<Record<Key, number>>;
}

/** Rounds below 0 are warm-ups: they count only where they fail. */
export async function inTurns<Key extends string>(
  takes: Readonly<Record<Key, Take>>,
  reps: number,
  warmUps = 0,
): Promise<InTurns<Key>> {
  const entries = Object.entries<Take>(takes) as [Key, Take][];
  const values = new Map<Key, number[]>(entries.map(([key]) => [key, []]));
  const failures = Object.fromEntries(entries.map(([key]) => [key, 0])) as Record<Key, number>;
  for (let round = -warmUps; round < reps; round++) {
    for (const [key, take] of entries) {
      const value = await take(round);
      if (value === null) failures[key] += 1;
      else if (round >= 0) values.get(key)?.push(value);
    }
  }
  const summaries = Object.fromEntries([...values].map(([key, of]) => [key, summarize(of)]));
  return { summaries: summaries as Record<Key, Summary>, failures };
}
