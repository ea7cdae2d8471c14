/** `depends_on` of agents: what is missing, what can never be reached, what goes round in a circle. Pure. */
import { cycleInWords, cycles, unknownNeeds } from '../../core/dag.ts';
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
  const graph = new Map([...needs].map(([entry, wanted]) => [entry, Object.keys(wanted)]));
  const unknown = unknownNeeds(graph).map(({ name, needs: needed, near }): DependencyFault => {
    const others = [...needs.keys()].filter((other) => other !== name);
    const there = others.length === 0 ? 'there is no other agent in this file' : `Agents here: ${others.join(', ')}`;
    const hint = `${near === undefined ? '' : `did you mean ${near}? `}${there}`;
    return { entry: name, needs: needed, message: `${name} depends on "${needed}", which this file does not declare`, hint };
  });
  const faults = [...needs].flatMap(([entry, wanted]) =>
    Object.entries(wanted).flatMap(([needed, condition]) => faultOf(entry, needed, condition, traits) ?? []),
  );
  return [...unknown, ...faults, ...cycles(graph).map((cycle) => cycleFault(cycle))];
}

function faultOf(entry: string, needed: string, condition: Condition, traits: ReadonlyMap<string, EntryTraits>): DependencyFault | undefined {
  const at = { entry, needs: needed };
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
  const message = cycle.length === 1 ? `${entry} depends on itself` : `depends_on goes round in a circle: ${cycleInWords(cycle)}`;
  return { entry, needs, message, hint: 'take one of these dependencies away' };
}
