/** Takes a command's arguments apart with commander, which explains what is wrong and writes the help. */
import { Command, CommanderError, Option } from 'commander';
import { MuxwardError } from '../core/errors.ts';
import type { CommandSpec } from './command.ts';
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
    throw usageError(name, error);
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
  program.configureHelp({ helpWidth: 100, showGlobalOptions: false });
  if (spec.arguments !== undefined) program.arguments(spec.arguments);
  if (spec.takesCommand) program.usage(`[options] ${spec.arguments ?? ''} [-- COMMAND [ARG]...]`);
  program.allowExcessArguments(false).helpOption('-h, --help', 'this text');
  for (const option of spec.options ?? []) program.addOption(toOption(option));
  program.optionsGroup('Everywhere:');
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
  const width = Math.max(...examples.map(({ run }) => run.length));
  const fitsBeside = width <= 60;
  const lines = examples.map(({ run, about }) =>
    fitsBeside ? `  ${run.padEnd(width)}   ${about}` : `  ${run}\n      ${about}`,
  );
  return `${notes === undefined ? '' : `\n${notes}\n`}\nExamples:\n${lines.join('\n')}`;
}

/** commander's text is `error: what` and, on a line of its own, `(Did you mean --x?)`. */
function usageError(name: string, error: CommanderError): MuxwardError {
  const [what = '', ...more] = error.message.split('\n');
  const meant = /\(Did you mean (.*)\?\)/.exec(more.join(' '))?.[1];
  const excess = error.code === 'commander.excessArguments' && name === 'spawn';
  const hint = [
    ...(meant === undefined ? [] : [`did you mean ${meant}?`]),
    excess ? 'the command to run goes behind --, for example: muxward spawn web -- npm start' : `see muxward ${name} --help`,
  ].join(' ');
  return new MuxwardError('usage', `${name}: ${what.replace(/^error: /, '')}`, { hint });
}
