/** Holds a value to a schema and tells every fault at its place, with the valid choices and what was probably meant. */
// oxlint-disable no-underscore-dangle -- `_zod` is where the documents of zod tell libraries to look
import type * as z from 'zod/mini';
import { printable, suggest } from '../../core/names.ts';
import type { Fault } from '../faults.ts';
import type { Path, PositionedYaml } from './positioned-yaml.ts';

type Issue = z.core.$ZodIssue;

export interface Checked<T> {
  /** Undefined where there are faults. */
  readonly value: T | undefined;
  readonly faults: readonly Fault[];
}

/** @param base where in the document `value` stands */
export function checkValue<S extends z.ZodMiniType>(schema: S, value: unknown, document: PositionedYaml, base: Path = []): Checked<z.output<S>> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data, faults: [] };
  const issues = result.error.issues.flatMap((issue) => unfold(issue));
  return { value: undefined, faults: issues.flatMap((issue) => faultsOf(issue, { schema, document, base })) };
}

/** Of a union's branches, the one that the value was meant for: its shape fits and something inside does not. */
function unfold(issue: Issue, prefix: Path = []): Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code !== 'invalid_union') return [{ ...issue, path }];
  const meant = issue.errors.find((branch) => !branch.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0));
  if (meant === undefined) return [{ ...issue, path }];
  return meant.flatMap((inner) => unfold(inner, path as Path));
}

interface Scene {
  readonly schema: z.ZodMiniType;
  readonly document: PositionedYaml;
  readonly base: Path;
}

function faultsOf(issue: Issue, { schema, document, base }: Scene): Fault[] {
  const path = [...base, ...(issue.path as (string | number)[])];
  const name = nameOf(path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, issue.path as Path);
      return issue.keys.map((key) => unknownKey(key, path, known, document));
    }
    case 'invalid_key': {
      const [inner] = issue.issues;
      const key = printable(String(path.at(-1)));
      return [document.faultAt(path, `"${key}" in ${nameOf(path.slice(0, -1))} ${inner?.message ?? 'is no name'}`, hintOf(inner), 'key')];
    }
    case 'custom':
      return [document.faultAt(path, `${name}: ${shown(issue.input, path, document)} ${issue.message}`, hintOf(issue))];
    default:
      return [misfit(issue, path, document)];
  }
}

function misfit(issue: Issue, path: Path, document: PositionedYaml): Fault {
  const expects = issue.message === 'Invalid input' ? 'something else' : issue.message;
  if (issue.input === undefined) return document.faultAt(path, `${nameOf(path)} is missing`, `${expects} belongs there`);
  return document.faultAt(path, `${nameOf(path)}: ${kindOf(issue.input)} where ${expects} belongs`, null);
}

function unknownKey(key: string, path: Path, known: readonly string[], document: PositionedYaml): Fault {
  const near = suggest(key, known);
  const where = path.length === 0 ? 'at the top' : `in ${nameOf(path)}`;
  const hint = `${near === undefined ? '' : `did you mean ${near}? `}Keys here: ${known.join(', ')}`;
  return document.faultAt([...path, key], `unknown key "${printable(key)}" ${where}`, hint, 'key');
}

/** As it is written in the file: what a variable holds may be a secret. */
function shown(input: unknown, path: Path, document: PositionedYaml): string {
  const source = document.sourceOf(path);
  if (source !== undefined) return `"${printable(source)}"`;
  return typeof input === 'object' ? kindOf(input) : 'this';
}

function hintOf(issue: { readonly code?: string | undefined } | undefined): string | null {
  const params = (issue as { params?: { hint?: string } } | undefined)?.params;
  return params?.hint ?? null;
}

function kindOf(input: unknown): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object') return 'a map';
  return typeof input === 'string' ? 'a text' : `a ${typeof input}`;
}

/** `agents.web.hooks[0].run`. */
function nameOf(path: Path): string {
  if (path.length === 0) return 'the file';
  return path.reduce<string>((name, part) => (typeof part === 'number' ? `${name}[${part}]` : `${name}${name === '' ? '' : '.'}${printable(part)}`), '');
}

/** The keys that the schema knows at `path`. */
function keysAt(schema: z.ZodMiniType, path: Path): string[] {
  const found = path.reduce<z.core.$ZodType[]>((schemas, part) => schemas.flatMap((each) => inside(each, part)), flatten(schema));
  return found.flatMap((each) => Object.keys((each as z.ZodMiniObject)._zod.def.shape ?? {}));
}

function flatten(schema: z.core.$ZodType): z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional' || def.type === 'nullable') return flatten(def.innerType);
  return def.type === 'union' ? def.options.flatMap((option) => flatten(option)) : [schema];
}

function inside(schema: z.core.$ZodType, part: string | number): z.core.$ZodType[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'array') return flatten(def.element);
  if (def.type === 'record') return flatten(def.valueType);
  const child = def.type === 'object' ? def.shape[String(part)] : undefined;
  return child === undefined ? [] : flatten(child);
}
