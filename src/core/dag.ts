/** What needs what, as a graph of names: its circles, an order, its stages, names that are none. Pure; what the names mean is left to others. */
import { suggest } from './names.ts';

/** For each name, in the order in which they are written, those that it needs. */
export type Graph = ReadonlyMap<string, readonly string[]>;

export interface UnknownNeed {
  readonly name: string;
  /** What it needs, and the graph does not have. */
  readonly needs: string;
  /** The name that was probably meant. */
  readonly near: string | undefined;
}

export function unknownNeeds(graph: Graph): UnknownNeed[] {
  return [...graph].flatMap(([name, needs]) => {
    const others = [...graph.keys()].filter((other) => other !== name);
    return needs.filter((each) => !graph.has(each)).map((each) => ({ name, needs: each, near: suggest(each, others) }));
  });
}

/** Each circle once, beginning with the name that comes first: `[a, b]` where a needs b and b needs a. */
export function cycles(graph: Graph): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (name: string): void => {
    const at = trail.indexOf(name);
    if (at >= 0) found.push(trail.slice(at));
    if (at >= 0 || done.has(name)) return;
    trail.push(name);
    for (const needed of graph.get(name) ?? []) if (graph.has(needed)) visit(needed);
    trail.pop();
    done.add(name);
  };
  for (const name of graph.keys()) visit(name);
  return found;
}

/** `a → b → a`. */
export function cycleInWords(cycle: readonly string[]): string {
  return [...cycle, ...cycle.slice(0, 1)].join(' → ');
}

/** All names so that each comes after those it needs, otherwise as they are written. Circles are left as they are. */
export function inOrder(graph: Graph): string[] {
  const ordered = new Set<string>();
  const entered = new Set<string>();
  const visit = (name: string): void => {
    if (entered.has(name)) return;
    entered.add(name);
    for (const needed of graph.get(name) ?? []) if (graph.has(needed)) visit(needed);
    ordered.add(name);
  };
  for (const name of graph.keys()) visit(name);
  return [...ordered];
}

/**
 * The names by how many come one after the other before them: those of a stage need only names of earlier stages,
 * and one of the stage right before. The graph must have no circle.
 */
export function stages(graph: Graph): string[][] {
  const stageOf = new Map<string, number>();
  for (const name of inOrder(graph)) {
    const before = (graph.get(name) ?? []).flatMap((needed) => stageOf.get(needed) ?? []);
    stageOf.set(name, Math.max(-1, ...before) + 1);
  }
  const found: string[][] = [];
  for (const name of graph.keys()) (found[stageOf.get(name) ?? 0] ??= []).push(name);
  return found;
}
