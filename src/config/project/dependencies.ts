/** `depends_on` as a graph: what is missing, what goes round in a circle, what comes first. Pure. */
import { suggest } from '../../core/names.ts';
import type { Condition } from './schema.ts';

/** For each entry, in the order of the file, what it needs. */
export type Needs = ReadonlyMap<string, Readonly<Record<string, Condition>>>;

export interface DependencyFault {
  readonly entry: string;
  /** The dependency at fault. */
  readonly needs: string;
  readonly message: string;
  readonly hint: string;
}

/** What the checks have to know of an entry besides its name. */
export interface EntryTraits {
  readonly hasHealth: boolean;
  readonly restartsAlways: boolean;
}

export function dependencyFaults(needs: Needs, traits: ReadonlyMap<string, EntryTraits>): DependencyFault[] {
  const faults = [...needs].flatMap(([entry, wanted]) =>
    Object.entries(wanted).flatMap(([needed, condition]) => faultOf(entry, needed, condition, { needs, traits }) ?? []),
  );
  return [...faults, ...cycles(needs).map((cycle) => cycleFault(cycle))];
}

interface Known {
  readonly needs: Needs;
  readonly traits: ReadonlyMap<string, EntryTraits>;
}

function faultOf(entry: string, needed: string, condition: Condition, { needs, traits }: Known): DependencyFault | undefined {
  const at = { entry, needs: needed };
  if (!needs.has(needed)) {
    const known = [...needs.keys()].filter((name) => name !== entry);
    const near = suggest(needed, known);
    const there = known.length === 0 ? 'there is no other agent in this file' : `Agents here: ${known.join(', ')}`;
    return { ...at, message: `${entry} depends on "${needed}", which this file does not declare`, hint: `${near === undefined ? '' : `did you mean ${near}? `}${there}` };
  }
  if (condition === 'healthy' && traits.get(needed)?.hasHealth === false) {
    return { ...at, message: `${entry} waits for ${needed} to be healthy, but ${needed} has no health check`, hint: `give ${needed} a health:, or depend on it as started` };
  }
  if (condition === 'completed' && traits.get(needed)?.restartsAlways === true) {
    return { ...at, message: `${entry} waits for ${needed} to complete, but ${needed} is restarted always`, hint: `give ${needed} restart: on-failure or no` };
  }
  return undefined;
}

function cycleFault(cycle: readonly string[]): DependencyFault {
  const [entry = '', needs = entry] = cycle;
  const round = [...cycle, entry].join(' → ');
  const message = cycle.length === 1 ? `${entry} depends on itself` : `depends_on goes round in a circle: ${round}`;
  return { entry, needs, message, hint: 'take one of these dependencies away' };
}

/** Each circle once, beginning with the entry that comes first in the file. */
function cycles(needs: Needs): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (name: string): void => {
    const at = trail.indexOf(name);
    if (at >= 0) found.push(trail.slice(at));
    if (at >= 0 || done.has(name)) return;
    trail.push(name);
    for (const needed of Object.keys(needs.get(name) ?? {})) if (needs.has(needed)) visit(needed);
    trail.pop();
    done.add(name);
  };
  for (const name of needs.keys()) visit(name);
  return found;
}

/** Names so that each comes after those it needs, otherwise in the given order. Circles are left as they are. */
export function inOrder(names: readonly string[], needsOf: (name: string) => readonly string[]): string[] {
  const known = new Set(names);
  const ordered = new Set<string>();
  const entered = new Set<string>();
  const visit = (name: string): void => {
    if (entered.has(name)) return;
    entered.add(name);
    for (const needed of needsOf(name)) if (known.has(needed)) visit(needed);
    ordered.add(name);
  };
  for (const name of names) visit(name);
  return [...ordered];
}
