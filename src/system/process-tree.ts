/** Which processes belong together: trees by parentage and process group. Pure; process-table.ts reads the processes. */
import type { ProcessStat } from './process-stat.ts';

/**
 * The processes of each root: itself, those in its process group, and all that descend from either, by pid.
 * A root that is gone still has its group, because the wrapper makes each root, or the shell that waits for it, a group's leader.
 */
export function treesOf(
  roots: ReadonlyMap<string, number>,
  all: readonly ProcessStat[],
): Map<string, ProcessStat[]> {
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const byGroup = Map.groupBy(all, (one) => one.pgid);
  const childrenOf = Map.groupBy(all, (one) => one.ppid);
  const trees = new Map<string, ProcessStat[]>();
  for (const [name, pid] of roots) {
    const root = byPid.get(pid);
    // A shell that only waits for the root may lead its group: it is the wrapper's.
    const group = (byGroup.get(root?.pgid ?? pid) ?? []).filter((one) => one.pid !== root?.ppid);
    trees.set(name, withDescendants(root ? [root, ...group] : group, childrenOf));
  }
  return trees;
}

/** `first` and all that descend from them; `stopAt` leaves a process out, with all below it. */
export function withDescendants(
  first: readonly ProcessStat[],
  childrenOf: ReadonlyMap<number, readonly ProcessStat[]>,
  stopAt: (one: ProcessStat) => boolean = () => false,
): ProcessStat[] {
  const found = new Set<ProcessStat>();
  const next = [...first];
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    if (found.has(one) || stopAt(one)) continue;
    found.add(one);
    next.push(...(childrenOf.get(one.pid) ?? []));
  }
  return [...found].toSorted((a, b) => a.pid - b.pid);
}
