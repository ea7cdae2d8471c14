/** One after the other: work on the same folder never overlaps within this process. */

const last = new Map<string, Promise<unknown>>();

/** Runs `work` once everything before it under the same key is over, whether it went well or not. */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  last.set(key, mine);
  try {
    return await mine;
  } finally {
    if (last.get(key) === mine) last.delete(key);
  }
}
