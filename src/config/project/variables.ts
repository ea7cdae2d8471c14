/**
 * Where `${NAME}` comes from: `variables:` of the file first, then the environment of whoever runs the command,
 * then the file `.env` beside it. How it is filled in is substitute.ts.
 */
import path from 'node:path';
import type { Fault } from '../faults.ts';
import type { Path, PositionedYaml } from '../yaml/positioned-yaml.ts';
import { readEnvFile } from './env-file.ts';
import { substitute, type Variables } from './substitute.ts';

export interface VariableSources {
  readonly document: PositionedYaml;
  /** Checked by the schema before. */
  readonly declared: Readonly<Record<string, string | number | boolean | null>>;
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
}

/** The variables of a file, and what is wrong with them. A variable may refer to those above it. */
export function collectVariables({ document, declared, env, folder }: VariableSources): { variables: Variables; faults: Fault[] } {
  const faults: Fault[] = [];
  const outside = new Map(Object.entries({ ...dotEnv(path.join(folder, '.env'), faults), ...env }).filter(hasValue));
  const own = new Map<string, string>();
  const variables = variablesFrom(own, outside);
  for (const [name, value] of Object.entries(declared)) {
    const at = ['variables', name];
    const { text, problems } = substitute(textOf(value, at, document), variables);
    faults.push(...problems.map(({ message, hint }) => document.faultAt(at, message, hint)));
    own.set(name, text);
  }
  return { variables, faults };
}

function variablesFrom(...sources: readonly ReadonlyMap<string, string>[]): Variables {
  return {
    get: (name) => sources.find((source) => source.has(name))?.get(name),
    names: () => sources.flatMap((source) => Array.from(source.keys())),
  };
}

/** The variables, and one more that wins over all. */
export function withVariable(variables: Variables, name: string, value: string): Variables {
  return { get: (wanted) => (wanted === name ? value : variables.get(wanted)), names: () => [name, ...variables.names()] };
}

/** A scalar as it was written: a version 1.10 is not the number 1.1. Nothing is an empty text. */
export function textOf(value: string | number | boolean | null, at: Path, document: PositionedYaml): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : (document.sourceOf(at) ?? String(value));
}

export type Report = (path: Path, message: string, hint: string) => void;

/** The value with all its texts filled in; keys are left alone. */
export function substituteTree(value: unknown, variables: Variables, at: Path, report: Report): unknown {
  if (typeof value === 'string') {
    const { text, problems } = substitute(value, variables);
    for (const { message, hint } of problems) report(at, message, hint);
    return text;
  }
  if (Array.isArray(value)) return value.map((item, i) => substituteTree(item, variables, [...at, i], report));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substituteTree(inner, variables, [...at, key], report)]));
}

function dotEnv(file: string, faults: Fault[]): Readonly<Record<string, string>> {
  const outcome = readEnvFile(file);
  if (outcome.kind === 'read') return outcome.values;
  if (outcome.kind === 'malformed') {
    faults.push({ file, line: outcome.line, column: 1, message: 'is no NAME=value', hint: 'write NAME=value, or # before a comment' });
  }
  if (outcome.kind === 'unreadable') {
    faults.push({ file, line: 1, column: 1, message: `cannot be read (${outcome.code})`, hint: 'look at its permissions, or move it away' });
  }
  return {};
}

function hasValue(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}
