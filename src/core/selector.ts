/** Which agents a command means: exact names or ids, globs, project, labels, type, state, or all. */
import type { Agent } from './agent.ts';
import { MuxwardError } from './errors.ts';
import { printable, suggest } from './names.ts';

export interface Selector {
  /** Exact names, ids, or globs with `*` and `?`. */
  readonly names?: readonly string[];
  readonly project?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly state?: string;
  readonly all?: boolean;
}

type Selectable = Pick<Agent, 'id' | 'name' | 'project' | 'labels' | 'type' | 'state'>;

/** True where the selector names nothing at all: commands that change something refuse that. */
export function isEmpty(selector: Selector): boolean {
  return !selector.all && !selector.names?.length && !hasFilter(selector);
}

function hasFilter(selector: Selector): boolean {
  const { project, labels, type, state } = selector;
  return project !== undefined || type !== undefined || state !== undefined || Object.keys(labels ?? {}).length > 0;
}

/**
 * The agents meant, in the order of `agents`. Several names are a union, filters narrow it down.
 * @throws MuxwardError `not-found` for an exact name or a glob that matches nothing, with the nearest name.
 */
export function select<A extends Selectable>(agents: readonly A[], selector: Selector): A[] {
  const names = selector.names ?? [];
  for (const name of names) {
    if (!agents.some((agent) => matchesName(agent, name))) throw noSuchAgent(name, agents.map((agent) => agent.name));
  }
  return agents.filter(
    (agent) => (names.length === 0 || names.some((name) => matchesName(agent, name))) && matchesFilter(agent, selector),
  );
}

function matchesName(agent: Selectable, name: string): boolean {
  if (agent.name === name || agent.id === name) return true;
  return /[*?]/.test(name) && matchesGlob(name, agent.name);
}

function matchesFilter(agent: Selectable, selector: Selector): boolean {
  const { project, labels, type, state } = selector;
  return (
    (project === undefined || agent.project === project) &&
    (type === undefined || agent.type === type) &&
    (state === undefined || agent.state === state) &&
    Object.entries(labels ?? {}).every(([key, value]) => agent.labels[key] === value)
  );
}

/** `*` stands for any text, `?` for one character. */
export function matchesGlob(glob: string, name: string): boolean {
  const source = glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(name);
}

/** The error for a name that matches nothing, with what was probably meant and what there is. */
export function noSuchAgent(name: string, known: readonly string[]): MuxwardError {
  const near = suggest(name, known);
  const meant = near === undefined ? '' : `did you mean ${near}? `;
  const there =
    known.length === 0
      ? 'There are no agents yet. Start one: muxward spawn NAME -- COMMAND'
      : `Agents here: ${known.slice(0, 12).join(', ')}${known.length > 12 ? ` and ${known.length - 12} more` : ''}`;
  return new MuxwardError('not-found', `no agent is called "${printable(name)}"`, { hint: meant + there });
}
