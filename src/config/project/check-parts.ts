/**
 * Holds a file, its variables filled in, to the schema, and keeps the parts that are right: so that what is wrong
 * with one agent does not hide what else is wrong with the others.
 */
import { checkValue } from '../yaml/check-value.ts';
import type { PositionedYaml } from '../yaml/positioned-yaml.ts';
import type { Needs } from './dependencies.ts';
import type { FaultBook } from './fault-book.ts';
import { dependsOnSchema, projectSchema, type AgentEntry, type Condition, type ProjectFile } from './schema.ts';

export interface SoundParts {
  readonly project: string | undefined;
  /** Undefined where they have a fault: then nothing is known of what agents lack. */
  readonly defaults: NonNullable<ProjectFile['defaults']> | undefined;
  /** The entries without a fault. */
  readonly agents: Readonly<Record<string, AgentEntry>>;
  /** Of every entry, as far as it can be read. */
  readonly needs: Needs;
}

export function checkParts(filled: unknown, document: PositionedYaml, book: FaultBook): SoundParts {
  const { value, faults } = checkValue(projectSchema, filled ?? {}, document);
  book.keep(faults);
  const { agents = {}, defaults, project } = value ?? soundOf(filled, document);
  return { project, defaults: value === undefined ? defaults : (defaults ?? {}), agents, needs: needsOf(filled, document) };
}

function soundOf(filled: unknown, document: PositionedYaml): Partial<ProjectFile> {
  if (!isMap(filled)) return {};
  const { agents, defaults = {}, project } = filled;
  const entries = Object.entries(isMap(agents) ? agents : {});
  const sound = entries.flatMap(([name, entry]) => {
    const alone = checkValue(projectSchema, { agents: { [name]: entry } }, document).value?.agents;
    return alone === undefined ? [] : Object.entries(alone);
  });
  const soundDefaults = checkValue(projectSchema, { defaults, agents: {} }, document).value?.defaults;
  return {
    agents: Object.fromEntries(sound),
    ...(soundDefaults === undefined ? {} : { defaults: soundDefaults }),
    ...(typeof project === 'string' ? { project } : {}),
  };
}

function needsOf(filled: unknown, document: PositionedYaml): Needs {
  const agents = isMap(filled) && isMap(filled['agents']) ? filled['agents'] : {};
  return new Map(
    Object.entries(agents).map(([name, entry]) => {
      const wanted = checkValue(dependsOnSchema, (isMap(entry) ? entry['depends_on'] : undefined) ?? {}, document).value ?? {};
      const needs = Array.isArray(wanted) ? Object.fromEntries(wanted.map((each) => [each, 'started'])) : wanted;
      return [name, needs as Record<string, Condition>];
    }),
  );
}

export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
