/** What a command of the command line is: data about its arguments and options, and the function that runs it. */
import type { Context } from './context.ts';

/** One option, in the notation of commander. */
export interface OptionSpec {
  /** `-n, --lines <n>`, `--follow`, `--no-wait`, `--worktree [branch]`. The long name in camelCase is its key. */
  readonly flags: string;
  readonly about: string;
  /** May be given several times: its values are collected in a list. */
  readonly many?: true;
}

export interface Example {
  readonly run: string;
  /** A few words on what it is good for. */
  readonly about: string;
}

/** Options that every command knows, before and after its name. */
export interface GlobalOptions {
  readonly home?: string;
  readonly json?: boolean;
  /** False after `--no-color`. */
  readonly color?: boolean;
  readonly quiet?: boolean;
}

/** One call of a command: what was typed, taken apart, and what it needs to do its work. */
export interface Invocation<Options> {
  readonly context: Context;
  readonly args: readonly string[];
  readonly options: Options;
  /** What followed `--`; undefined where there was none. Only for commands with `takesCommand`. */
  readonly command: readonly string[] | undefined;
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
