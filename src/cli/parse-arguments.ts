/**
 * Takes a command's arguments apart with Node's own parser, which costs nothing at start-up. Whatever is not plainly
 * right, and every call for help, is left to parse-with-commander.ts, which explains: 8 ms that only those pay.
 */
import type { CommandSpec } from './command.ts';
import type { OptionSpec } from './option.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';

export interface ParsedArguments {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

interface Flag {
  readonly long: string;
  readonly short: string | undefined;
  readonly value: 'none' | 'required' | 'optional';
  readonly many: boolean;
}

/** The arguments, or undefined where they are not plainly right. */
export function parseArguments(spec: CommandSpec, argv: readonly string[]): ParsedArguments | undefined {
  const flags = [...(spec.options ?? []), ...GLOBAL_OPTIONS].map(readFlag);
  const needsCommander = flags.some(({ long, value }) => value === 'optional' && argv.some((word) => isOption(word, long)));
  if (needsCommander) return undefined;
  const switches = new Set(flags.flatMap(({ long, value, many }) => (value === 'none' && !many ? [`--${long}`] : [])));
  if (argv.every((word) => !word.startsWith('-') || switches.has(word))) return onlySwitches(spec, flags, argv);
  try {
    const { parseArgs } = process.getBuiltinModule('node:util');
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: Object.fromEntries(flags.map((flag) => [flag.long, configOf(flag)])),
      allowPositionals: true,
      strict: true,
    });
    if (!fits(spec.arguments, positionals.length)) return undefined;
    return { args: positionals, options: optionsOf(flags, values) };
  } catch {
    return undefined;
  }
}

/** The most common case, for which even Node's parser is too slow by a millisecond. */
function onlySwitches(spec: CommandSpec, flags: readonly Flag[], argv: readonly string[]): ParsedArguments | undefined {
  const args = argv.filter((word) => !word.startsWith('-'));
  if (!fits(spec.arguments, args.length)) return undefined;
  const given = argv.filter((word) => word.startsWith('-')).map((word) => [word.slice(2), true]);
  return { args, options: optionsOf(flags, Object.fromEntries(given) as Record<string, unknown>) };
}

function isOption(word: string, long: string): boolean {
  return word === `--${long}` || word.startsWith(`--${long}=`);
}

/** The camelCase key of an option, as commander makes it: `--env-file` is `envFile`, `--no-wait` is `wait`. */
function keyOf(long: string): string {
  return long.replace(/^no-/, '').replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function readFlag({ flags, many }: OptionSpec): Flag {
  const match = /^(?:-(\w), )?--([\w-]+)(?: (<|\[).*)?$/.exec(flags);
  if (!match) throw new Error(`not the notation of an option: ${flags}`);
  const value = match[3] === undefined ? 'none' : match[3] === '<' ? 'required' : 'optional';
  return { long: match[2] as string, short: match[1], value, many: many === true };
}

function configOf({ value, short, many }: Flag): { type: 'boolean' | 'string'; short?: string; multiple: boolean } {
  return { type: value === 'none' ? 'boolean' : 'string', multiple: many, ...(short === undefined ? {} : { short }) };
}

function optionsOf(flags: readonly Flag[], values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const { long } of flags) {
    const negated = long.startsWith('no-');
    if (values[long] !== undefined) options[keyOf(long)] = negated ? false : values[long];
    else if (negated) options[keyOf(long)] = true;
  }
  return options;
}

function fits(argumentsSpec: string | undefined, count: number): boolean {
  const words = argumentsSpec === undefined ? [] : argumentsSpec.split(' ');
  const least = words.filter((word) => word.startsWith('<')).length;
  const most = words.some((word) => word.includes('...')) ? Number.POSITIVE_INFINITY : words.length;
  return count >= least && count <= most;
}
