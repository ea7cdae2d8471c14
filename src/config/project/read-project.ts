/**
 * Reads a `muxward.yaml`: YAML, variables, schema, then every agent with its defaults, files and dependencies.
 * All faults are told at once. Nothing is started here; which of the agents run already is plan.ts.
 */
import path from 'node:path';
import { InvalidConfig } from '../faults.ts';
import { inOrder } from '../../core/dag.ts';
import type { AgentDefaults } from '../settings-defaults.ts';
import { parsePositionedYaml, type PositionedYaml } from '../yaml/positioned-yaml.ts';
import { checkParts, isMap, type SoundParts } from './check-parts.ts';
import { dependencyFaults, type EntryTraits, type Needs } from './dependencies.ts';
import { expandEntry, type ExpandedAgent } from './expand-entry.ts';
import { FaultBook } from './fault-book.ts';
import { fillIn, namesAndOrder } from './fill-in.ts';
import { isHealthSaid } from './health-fields.ts';
import { mergeFields, sourceOfField } from './merge-fields.ts';
import { defaultProjectName } from './project-name.ts';
import type { DeclaredAgent, Project } from './project.ts';
import type { AgentEntry, AgentFields } from './schema.ts';
import { collectVariables } from './variables.ts';

export interface ProjectSource {
  readonly text: string;
  /** Absolute. */
  readonly path: string;
  /** As the user would write it; in messages. */
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  /** The names of all types of agents. */
  readonly types: readonly string[];
  readonly defaults: AgentDefaults;
  /**
   * True to want only the names and their order: what else the file says, and the variables and files it needs,
   * may be missing then, so that `down` works in a shell that lacks what `up` needed.
   */
  readonly namesOnly?: boolean;
}

/** @throws InvalidConfig with every fault of the file. */
export function readProject(source: ProjectSource): Project {
  const document = parsePositionedYaml(source.text, source.file);
  if (document.faults.length > 0) throw new InvalidConfig(document.faults);
  const book = new FaultBook(document);
  const project = assemble(source, document, book);
  if (book.all.length > 0) throw new InvalidConfig(book.all);
  return project;
}

function assemble(source: ProjectSource, document: PositionedYaml, book: FaultBook): Project {
  const folder = path.dirname(source.path);
  const all = withoutExtensions(document.value);
  const raw = source.namesOnly ? namesAndOrder(all) : all;
  const collected = collectVariables({ document, declared: declaredVariables(all), env: source.env, folder });
  if (!source.namesOnly) book.keep(collected.faults);
  const { variables } = collected;
  const filled = fillIn(raw, variables, (at, message, hint) => book.settle(at, message, hint));
  const parts = checkParts(filled, document, book);
  checkDependencies(parts, source, document, book);
  const project = parts.project ?? defaultProjectName(folder);
  const { defaults: fields } = parts;
  if (fields === undefined || !isMap(raw)) return emptyProject(project, source);
  const scene = { project, folder, types: source.types, defaults: source.defaults, document, variables, raw, fields };
  const agentsBook = source.namesOnly ? new FaultBook(document) : book;
  const expanded = Object.entries(parts.agents).flatMap(([name, entry]) => expandEntry(name, entry, { ...scene, book: agentsBook }));
  checkNames(expanded, parts, book);
  return projectOf(project, expanded, { source, document, needs: parts.needs });
}

function emptyProject(name: string, source: ProjectSource): Project {
  return { name, file: source.file, folder: path.dirname(source.path), agents: [], faultAt: (_, _field, message, hint) => ({ file: source.file, line: 1, column: 1, message, hint }) };
}

/** Keys that begin with `x-` are the user's own, for anchors and other programs. */
function withoutExtensions(value: unknown): unknown {
  return isMap(value) ? Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith('x-'))) : value;
}

/** Those that have a value; what is wrong with the others, the schema tells. */
function declaredVariables(raw: unknown): Record<string, string | number | boolean | null> {
  const declared = isMap(raw) && isMap(raw['variables']) ? raw['variables'] : {};
  const scalars = Object.entries(declared).filter(([, value]) => typeof value !== 'object' || value === null);
  return Object.fromEntries(scalars) as Record<string, string | number | boolean | null>;
}

function checkDependencies(parts: SoundParts, source: ProjectSource, document: PositionedYaml, book: FaultBook): void {
  const usual = source.defaults.restart.policy;
  const traits = source.namesOnly || parts.defaults === undefined ? new Map<string, EntryTraits>() : traitsOf(parts.agents, parts.defaults, usual);
  for (const { entry, needs, message, hint } of dependencyFaults(parts.needs, traits)) {
    const at = ['agents', entry, 'depends_on'];
    const list = (document.value as { agents: Record<string, AgentEntry> }).agents[entry]?.depends_on;
    const inside = Array.isArray(list) ? Math.max(0, list.indexOf(needs)) : needs;
    book.add([...at, inside], message, hint, 'key');
  }
}

function traitsOf(agents: SoundParts['agents'], fields: AgentFields, usual: string): Map<string, EntryTraits> {
  return new Map(
    Object.entries(agents).map(([name, entry]) => {
      const { health, restart = usual } = mergeFields(fields, entry);
      return [name, { hasHealth: isHealthSaid(health), restartsAlways: restart === 'always' }];
    }),
  );
}

function checkNames(expanded: readonly ExpandedAgent[], parts: SoundParts, book: FaultBook): void {
  if (parts.needs.size === 0) book.add(['agents'], 'there is no agent under agents:', 'add one, for example web: {command: node server.js}');
  const entryOf = new Map<string, string>();
  for (const { agent } of expanded) {
    const { name, entry } = agent;
    const other = entryOf.get(name);
    if (other !== undefined) book.add(['agents', entry], `${entry} and ${other} both make an agent called ${name}`, 'rename one of them', 'key');
    else if (name.length > 63) book.add(['agents', entry], `"${name}" is too long a name`, 'at most 63 characters, with the number of the instance', 'key');
    entryOf.set(name, entry);
  }
}

interface ProjectScene {
  readonly source: ProjectSource;
  readonly document: PositionedYaml;
  readonly needs: Needs;
}

function projectOf(name: string, expanded: readonly ExpandedAgent[], { source, document, needs }: ProjectScene): Project {
  const ofEntry = Map.groupBy(expanded, ({ agent }) => agent.entry);
  const agents = expanded.map(({ agent }): DeclaredAgent => {
    const wanted = Object.entries(needs.get(agent.entry) ?? {});
    return { ...agent, needs: wanted.flatMap(([entry, condition]) => (ofEntry.get(entry) ?? []).map((each) => ({ name: each.agent.name, condition }))) };
  });
  const byName = new Map(agents.map((agent) => [agent.name, agent]));
  const order = inOrder(new Map(agents.map((agent) => [agent.name, agent.needs.map((need) => need.name)])));
  const ownOf = new Map(expanded.map(({ agent, own }) => [agent.name, own]));
  return {
    name,
    file: source.file,
    folder: path.dirname(source.path),
    agents: order.flatMap((each) => byName.get(each) ?? []),
    faultAt: (agent, field, message, hint) => {
      const said = sourceOfField(agent.entry, ownOf.get(agent.name) ?? {}, field);
      return document.has(said) ? document.faultAt(said, message, hint) : document.faultAt(['agents', agent.entry], message, hint, 'key');
    },
  };
}
