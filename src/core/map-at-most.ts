/** As `Promise.all` over a map, but with no more than so many under way at a time. The first failure is thrown once all under way are over. */
export async function mapAtMost<T, R>(most: number, items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const failures: unknown[] = [];
  const waiting = [...items.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && failures.length === 0; next = waiting.shift()) {
      try {
        results.set(next[0], await each(next[1]));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  if (failures.length > 0) throw failures[0];
  return items.map((_, i) => results.get(i) as R);
}
