/** Fills the variables of a whole file in, entry by entry: `${INSTANCE}` is known only where there are instances. */
import type { Path } from '../yaml/positioned-yaml.ts';
import { isMap } from './check-parts.ts';
import type { Variables } from './substitute.ts';
import { substituteTree, withVariable, type Report } from './variables.ts';

/** The file as it is for the first instance of every agent. An entry that says nothing is an empty one. */
export function fillIn(raw: unknown, variables: Variables, report: Report): unknown {
  if (!isMap(raw)) return raw;
  const fill = (key: string, value: unknown): unknown => {
    if (key === 'variables') return value;
    if (key === 'defaults') return fillInstance(value, '1', ['defaults'], { variables, report });
    if (key !== 'agents' || !isMap(value)) return substituteTree(value, variables, [key], report);
    return mapValues(value, (entry, name) =>
      isMap(entry) && entry['instances'] !== undefined
        ? fillInstance(entry, '1', ['agents', name], { variables, report })
        : substituteTree(entry ?? {}, variables, ['agents', name], report),
    );
  };
  return mapValues(raw, (value, key) => fill(key, value));
}

/** An entry, or the defaults, as they are for one instance. */
export function fillInstance(raw: unknown, instance: string, at: Path, { variables, report }: { variables: Variables; report: Report }): unknown {
  return substituteTree(raw, withVariable(variables, 'INSTANCE', instance), at, report);
}

/** What is needed to know an agent's name and its place in the order. */
export function namesAndOrder(raw: unknown): unknown {
  if (!isMap(raw)) return raw;
  const { project, agents } = raw;
  const trimmed = (entry: unknown): unknown => {
    if (!isMap(entry)) return entry;
    return Object.fromEntries(Object.entries(entry).filter(([key]) => key === 'instances' || key === 'depends_on'));
  };
  return { ...(project === undefined ? {} : { project }), agents: isMap(agents) ? mapValues(agents, trimmed) : agents };
}

function mapValues(map: Record<string, unknown>, change: (value: unknown, key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value, key)]));
}
