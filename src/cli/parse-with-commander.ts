/** Takes a command's arguments apart with commander, which explains what is wrong and writes the help. */
import { Command, CommanderError, Option } from 'commander';
import { MuxwardError } from '../core/errors.ts';
import type { CommandSpec } from './command.ts';
import { exampleLines, helpWidth, NARROWEST_COLUMN, wrapped } from './help-text.ts';
import type { OptionSpec } from './option.ts';
import { GLOBAL_OPTIONS } from './global-options.ts';
import type { ParsedArguments } from './parse-arguments.ts';

/** `help`: the text that was asked for. */
export type CommanderOutcome = ParsedArguments | { readonly help: string };

/** @throws MuxwardError `usage` that names the fault. */
export function parseWithCommander(
  name: string,
  summary: string,
  spec: CommandSpec,
  argv: readonly string[],
): CommanderOutcome {
  const program = buildCommand(name, summary, spec);
  let help = '';
  program.configureOutput({ writeOut: (text) => (help += text), writeErr: () => undefined });
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { help };
    throw usageError(name, error, program.options.map(({ long }) => long ?? ''));
  }
  return { args: program.args, options: program.opts() };
}

/** The help of one command. */
export function helpOf(name: string, summary: string, spec: CommandSpec): string {
  const text = new Array<string>();
  const program = buildCommand(name, summary, spec);
  program.configureOutput({ writeOut: (piece) => text.push(piece) });
  program.outputHelp();
  return text.join('');
}

function buildCommand(name: string, summary: string, spec: CommandSpec): Command {
  const program = new Command(`muxward ${name}`);
  program.description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`).exitOverride();
  program.configureHelp({ helpWidth: helpWidth(), minWidthToWrap: NARROWEST_COLUMN, showGlobalOptions: false });
  if (spec.arguments !== undefined) program.arguments(spec.arguments);
  if (spec.takesCommand) program.usage(`[options] ${spec.arguments ?? ''} [-- COMMAND [ARG]...]`);
  program.allowExcessArguments(false);
  for (const option of spec.options ?? []) program.addOption(toOption(option));
  program.optionsGroup('Everywhere:').helpOption('-h, --help', 'this text');
  for (const option of GLOBAL_OPTIONS) program.addOption(toOption(option));
  program.addHelpText('after', afterHelp(spec));
  return program;
}

function toOption({ flags, about, many }: OptionSpec): Option {
  const option = new Option(flags, about);
  if (many) option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]);
  return option;
}

function afterHelp({ notes, examples }: CommandSpec): string {
  return `${notes === undefined ? '' : `\n${wrapped(notes)}\n`}\nExamples:\n${exampleLines(examples).join('\n')}`;
}

/** commander's text is `error: what` and, on a line of its own, `(Did you mean --x?)`. */
function usageError(name: string, error: CommanderError, options: readonly string[]): MuxwardError {
  const [what = '', ...more] = error.message.split('\n');
  const meant = /\(Did you mean (.*)\?\)/.exec(more.join(' '))?.[1];
  const excess = error.code === 'commander.excessArguments' && name === 'spawn';
  const hint = [
    ...didYouMean(meant, error.code === 'commander.unknownOption' ? related(what, options) : []),
    excess ? 'the command to run goes behind --, for example: muxward spawn web -- npm start' : `see muxward ${name} --help`,
  ].join(' ');
  return new MuxwardError('usage', `${name}: ${what.replace(/^error: /, '')}`, { hint });
}

function didYouMean(meant: string | undefined, others: readonly string[]): string[] {
  const rest = others.filter((option) => option !== meant);
  if (meant === undefined) return rest.length === 0 ? [] : [`did you mean ${rest.join(', ')}?`];
  return [`did you mean ${meant}${rest.length === 0 ? '' : `, or ${rest.join(', ')}`}?`];
}

const MOST_RELATED = 6;

/** Options that have a word of the unknown one: who writes `--health-http` looks for one about health. */
function related(what: string, options: readonly string[]): string[] {
  const words = new Set((/'--([^'=]+)/.exec(what)?.[1] ?? '').split('-').filter((word) => word.length > 2));
  return options.filter((option) => option.slice(2).split('-').some((word) => words.has(word))).slice(0, MOST_RELATED);
}
