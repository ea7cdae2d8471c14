/** What a command of the command line is: data about its arguments and options, and the function that runs it. */
import type { Context } from './context.ts';
import type { OptionSpec } from './option.ts';

interface Example {
  readonly run: string;
  /** A few words on what it is good for. */
  readonly about: string;
}

/** One call of a command: what was typed, taken apart, and what it needs to do its work. */
interface Invocation<Options> {
  readonly context: Context;
  readonly args: readonly string[];
  readonly options: Options;
  /** What followed `--`; undefined where there was none. Only for commands with `takesCommand`. */
  readonly command: readonly string[] | undefined;
  /** All commands there are, for those that tell about commands. */
  readonly commands: readonly CommandEntry[];
}

export interface CommandSpec<Options = object> {
  /** `<name> [text]`, `[names...]`; none where it is left out. */
  readonly arguments?: string;
  readonly options?: readonly OptionSpec[];
  /** Everything behind `--` is a command of the user, passed on as it is. */
  readonly takesCommand?: true;
  /** All arguments are passed on as they are, options too. */
  readonly passesThrough?: true;
  /** True things a user should know before relying on it, shown under the options. */
  readonly notes?: string;
  readonly examples: readonly [Example, Example, ...Example[]];
  /** Resolves with the exit status. */
  run(invocation: Invocation<Options>): Promise<number>;
}

/** A command that has commands: `daemon start`. */
export interface CommandGroup {
  readonly subcommands: Readonly<Record<string, CommandSpec & { readonly summary: string }>>;
  /** The one that is meant where none is named. */
  readonly otherwise?: string;
}

/** What people want, in the order in which `muxward --help` tells it. */
export const GROUPS = ['Start', 'Watch', 'Work', 'Talk', 'Stop', 'Go back', 'Look after'] as const;

/** What is known of a command before it is loaded. */
export interface CommandEntry {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Null: not shown. */
  readonly group: (typeof GROUPS)[number] | null;
  readonly summary: string;
  /** Loaded with the table already. */
  readonly isAtHand?: true;
  readonly load: () => Promise<{ readonly command: LoadedCommand }>;
}

/** A command as its module exports it: `export const command = defineCommand<MyOptions>({…})`. */
export type LoadedCommand = CommandSpec | CommandGroup;

/** Gives a command's options their type and forgets it again, so that all commands fit in one table. */
export function defineCommand<Options extends object>(spec: CommandSpec<Options>): CommandSpec {
  return spec;
}

/** A command of a group: as `defineCommand`, with the line that the group's help shows. */
export function defineSubcommand<Options extends object>(
  summary: string,
  spec: CommandSpec<Options>,
): CommandSpec & { readonly summary: string } {
  return { summary, ...spec };
}
