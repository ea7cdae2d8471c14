/**
 * The building blocks of the schemas: texts, durations, sizes, counts and choices. Each knows what belongs in
 * its place (`expects`), which the faults and the JSON schema tell. They check and do not convert.
 */
import * as z from 'zod/mini';
import { MuxwardError } from '../../core/errors.ts';
import { suggest } from '../../core/names.ts';
import { parseDuration, parseSize } from '../../core/units.ts';

/** What is wrong with a value: "is no size", and what would be right. */
export interface Complaint {
  readonly is: string;
  readonly hint: string;
}

/** Adds a check. `${VAR}` is filled in before, so it sees what the agent would get. */
export function checked<S extends z.ZodMiniType>(schema: S, complain: (value: z.output<S>) => Complaint | undefined): S {
  return schema.check((context) => {
    const complaint = complain(context.value);
    if (complaint === undefined) return;
    context.issues.push({ code: 'custom', input: context.value, message: complaint.is, params: { hint: complaint.hint } });
  });
}

export function text(description: string): z.ZodMiniString {
  return checked(z.string({ error: 'a text' }), (value) =>
    value.includes('\0') ? { is: 'holds a NUL byte', hint: 'no program can be given one' } : undefined,
  ).check(z.describe(description));
}

/** A text that says something. */
export function word(description: string): z.ZodMiniString {
  return checked(text(description), (value) =>
    value.trim() === '' ? { is: 'is empty', hint: 'leave the key out, or say something' } : undefined,
  );
}

export function choice(values: readonly string[], description: string) {
  return checked(z.string({ error: `one of ${values.join(', ')}` }), (value) => notOneOf(value, values)).check(
    z.meta({ description, enum: [...values] }),
  );
}

/** The complaint about a value that is not among the known ones. */
export function notOneOf(value: string, values: readonly string[]): Complaint | undefined {
  if (values.includes(value)) return undefined;
  const near = suggest(value, values);
  return { is: 'is not known', hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${values.join(', ')}` };
}

const numberOrText = (expects: string) => z.union([z.number({ error: expects }), z.string({ error: expects })], { error: expects });

/** `30s`, `1h30m`; a bare number is seconds. */
export function duration(description: string, bounds: { readonly minMs?: number } = {}) {
  const { minMs = 1 } = bounds;
  return checked(numberOrText('a duration such as 30s'), (value) => {
    const hint = 'a number with ms, s, m, h or d, for example 30s or 1h30m';
    const ms = attempt(() => parseDuration(String(value), ''));
    if (ms === undefined) return { is: 'is no duration', hint };
    return ms < minMs ? { is: 'is too short', hint: `at least ${minMs >= 1000 ? `${minMs / 1000}s` : `${minMs}ms`}` } : undefined;
  }).check(z.meta({ description, examples: ['30s', '1h30m'] }));
}

/** `512M`, `2GB`; a bare number is bytes. */
export function size(description: string) {
  return checked(numberOrText('a size such as 2GB'), (value) =>
    attempt(() => parseSize(String(value), '')) === undefined
      ? { is: 'is no size', hint: 'a number with K, M, G or KB, MB, GB, for example 2GB' }
      : undefined,
  ).check(z.meta({ description, examples: ['512MB', '2GB'] }));
}

/** A whole number within bounds; as a text too, which is what `${VAR}` gives. */
export function count(description: string, bounds: { readonly min: number; readonly max: number }) {
  return checked(numberOrText('a whole number'), (value) => {
    const ok = /^\d+$/.test(String(value)) && Number(value) >= bounds.min && Number(value) <= bounds.max;
    return ok ? undefined : { is: 'is no number that fits here', hint: `a whole number from ${bounds.min} to ${bounds.max}` };
  }).check(z.meta({ description, examples: [bounds.min] }));
}

/** A share of processor cores. */
export function cores(description: string) {
  return checked(numberOrText('a number of cores such as 1.5'), (value) =>
    /^\d+(\.\d+)?$/.test(String(value)) && Number(value) > 0
      ? undefined
      : { is: 'is no number of cores', hint: 'a number above 0: 2 is two cores, 0.5 is half a core' },
  ).check(z.meta({ description, examples: [2, 0.5] }));
}

/** An amount of money. */
export function amount(description: string) {
  return checked(numberOrText('an amount such as 1.5'), (value) =>
    /^\d+(\.\d+)?$/.test(String(value)) ? undefined : { is: 'is no amount', hint: 'US dollars as a number: 3, or 0.25' },
  ).check(z.meta({ description, examples: [3, 0.25] }));
}

export function listOf<S extends z.ZodMiniType>(item: S, expects: string, description: string) {
  return z.array(item, { error: expects }).check(z.describe(description));
}

/** One, or a list of them. */
export function oneOrMore<S extends z.ZodMiniType>(item: S, expects: string, description: string) {
  return z.union([item, z.array(item, { error: expects })], { error: expects }).check(z.describe(description));
}

const SCALAR = z.union([z.string(), z.number(), z.boolean(), z.null()], { error: 'a text, a number or a boolean' });

const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names of variables and their values; numbers and booleans are taken as they are written. */
export function variables(description: string) {
  const name = checked(z.string(), (value) => {
    if (!ENV_NAME.test(value)) return { is: 'is no name for a variable', hint: 'letters, digits and _, beginning with no digit' };
    return undefined;
  }).check(z.meta({ pattern: ENV_NAME.source }));
  return z.record(name, SCALAR, { error: 'a map of names to values such as {PORT: 8080}' }).check(z.describe(description));
}

/** A map with these keys and no other. */
export function mapWith<S extends Readonly<Record<string, z.ZodMiniType>>>(shape: S, expects: string, description: string) {
  return z.strictObject(shape, { error: expects }).check(z.describe(description));
}

function attempt(read: () => number): number | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MuxwardError) return undefined;
    throw error;
  }
}
