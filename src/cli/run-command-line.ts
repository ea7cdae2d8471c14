/** From the words of a command line to an exit status: finds the command, loads it, parses for it and runs it. */
import { EXIT, MuxwardError } from '../core/errors.ts';
import { printable, suggest } from '../core/names.ts';
import type { CommandSpec, LoadedCommand } from './command.ts';
import type { GlobalOptions } from './option.ts';
import { COMMANDS, findCommand } from './command-table.ts';
import { useCompileCache } from './compile-cache.ts';
import { createContext } from './context.ts';
import { splitLine, type SplitLine } from './global-options.ts';
import { writeOut } from './output.ts';
import { parseArguments, type ParsedArguments } from './parse-arguments.ts';

interface Chosen {
  readonly name: string;
  readonly summary: string;
  readonly spec: CommandSpec;
  readonly argv: readonly string[];
}

/** @throws whatever the command throws: report-error.ts tells it. */
export async function runCommandLine(
  argv: readonly string[],
  installation: string,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const line = splitLine(argv);
  const name = line.wants === 'version' ? 'version' : line.name;
  if (name === undefined || name === 'help') return await showHelp(line);
  const entry = findCommand(name);
  if (!entry) throw unknownCommand(name);
  if (!entry.isAtHand) useCompileCache(installation, env);
  const { command } = await entry.load();
  const argvOfCommand = line.wants === 'help' ? ['--help', ...line.rest] : line.rest;
  const chosen = await choose(entry.name, entry.summary, command, argvOfCommand);
  if ('help' in chosen) return show(chosen.help);
  return await runChosen(chosen, line.globals, installation, env);
}

async function runChosen(chosen: Chosen, globals: GlobalOptions, installation: string, env: NodeJS.ProcessEnv): Promise<number> {
  const { spec } = chosen;
  const cut = spec.takesCommand ? chosen.argv.indexOf('--') : -1;
  const own = cut < 0 ? chosen.argv : chosen.argv.slice(0, cut);
  const passesThrough = spec.passesThrough && !(own.length === 1 && own[0] === '--help');
  const parsed = passesThrough ? passThrough(own) : await parse(chosen, own);
  if ('help' in parsed) return show(parsed.help);
  const options = { ...parsed.options, ...globals };
  // `--no-color` before the name is not undone by its absence behind it, nor the other way round.
  if (parsed.options['color'] === false) options.color = false;
  const context = createContext({ ...globals, ...pickGlobals(parsed.options, globals) }, installation, env);
  return await spec.run({ context, args: parsed.args, options, command: cut < 0 ? undefined : chosen.argv.slice(cut + 1), commands: COMMANDS });
}

function pickGlobals(options: Readonly<Record<string, unknown>>, globals: GlobalOptions): GlobalOptions {
  const { home, json, color, quiet } = options as GlobalOptions;
  return {
    ...(home === undefined ? {} : { home }),
    ...(json === true ? { json } : {}),
    ...(quiet === true ? { quiet } : {}),
    ...(color === false || globals.color === false ? { color: false } : {}),
  };
}

async function parse(chosen: Chosen, argv: readonly string[]): Promise<ParsedArguments | { readonly help: string }> {
  const plain = parseArguments(chosen.spec, argv);
  if (plain) return plain;
  const { parseWithCommander } = await import('./parse-with-commander.ts');
  return parseWithCommander(chosen.name, chosen.summary, chosen.spec, argv);
}

function passThrough(argv: readonly string[]): ParsedArguments {
  return { args: argv, options: {} };
}

/** The command itself, or the one of a group that is named next; global options may stand between the two. */
async function choose(
  name: string,
  summary: string,
  command: LoadedCommand,
  argv: readonly string[],
): Promise<Chosen | { readonly help: string }> {
  if (!('subcommands' in command)) return { name, summary, spec: command, argv };
  const at = positionOfName(argv);
  const asksForHelp = argv.includes('--help') || argv.includes('-h');
  const named = at < 0 ? (asksForHelp ? undefined : command.otherwise) : argv[at];
  if (named === undefined) {
    if (asksForHelp) return { help: (await import('./group-help.ts')).groupHelp(name, summary, command) };
    throw new MuxwardError('usage', `${name}: which of its commands?`, { hint: Object.keys(command.subcommands).join(', ') });
  }
  const spec = command.subcommands[named];
  if (!spec) throw unknownSubcommand(name, named, Object.keys(command.subcommands));
  return { name: `${name} ${named}`, summary: spec.summary, spec, argv: argv.filter((_, index) => index !== at) };
}

function positionOfName(argv: readonly string[]): number {
  return argv.findIndex((word, index) => !word.startsWith('-') && argv[index - 1] !== '--home');
}

async function showHelp(line: SplitLine): Promise<number> {
  const [about] = line.rest;
  if (line.name === 'help' && about !== undefined) return await runHelpOf(line.rest);
  const { overview } = await import('./overview.ts');
  if (line.name === undefined && line.wants === null) {
    throw new MuxwardError('usage', 'a command is missing', { hint: 'muxward --help shows them all; muxward status is a good first' });
  }
  return show(overview());
}

async function runHelpOf([name = '', ...rest]: readonly string[]): Promise<number> {
  const entry = findCommand(name);
  if (!entry) throw unknownCommand(name);
  const { command } = await entry.load();
  const chosen = await choose(entry.name, entry.summary, command, [...rest, '--help']);
  if ('help' in chosen) return show(chosen.help);
  const { helpOf } = await import('./parse-with-commander.ts');
  return show(helpOf(chosen.name, chosen.summary, chosen.spec));
}

function show(text: string): number {
  writeOut(text);
  return EXIT.ok;
}

function unknownCommand(name: string): MuxwardError {
  const known = COMMANDS.flatMap((entry) => (entry.group === null ? [] : [entry.name, ...(entry.aliases ?? [])]));
  // Of two that are as near, the one of that length: swapped letters are the most common slip.
  const near = suggest(name, known.toSorted((a, b) => Math.abs(a.length - name.length) - Math.abs(b.length - name.length)));
  return new MuxwardError('usage', `muxward has no command "${printable(name)}"`, {
    hint: near === undefined ? 'muxward --help shows them all' : `did you mean ${near}? muxward --help shows them all`,
  });
}

function unknownSubcommand(group: string, name: string, known: readonly string[]): MuxwardError {
  const near = suggest(name, known);
  return new MuxwardError('usage', `muxward ${group} has no command "${printable(name)}"`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}There are: ${known.join(', ')}`,
  });
}
