/** The options that every command knows, and how a command line is split at the command's name. */
import { MuxwardError } from '../core/errors.ts';
import { printable, suggest } from '../core/names.ts';
import type { GlobalOptions, OptionSpec } from './option.ts';

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: '--home <dir>', about: 'where state, sockets and logs are (MUXWARD_HOME)' },
  { flags: '--json', about: 'machine-readable output' },
  { flags: '--no-color', about: 'no colours (also NO_COLOR)' },
  { flags: '-q, --quiet', about: 'only what was asked for' },
];

export interface SplitLine {
  readonly globals: GlobalOptions;
  /** `help` and `version` were asked for before any command. */
  readonly wants: 'help' | 'version' | null;
  /** The command's name; undefined where there is none. */
  readonly name: string | undefined;
  /** What follows the name. */
  readonly rest: readonly string[];
}

type Globals = { -readonly [K in keyof GlobalOptions]: GlobalOptions[K] };

const SWITCHES: Readonly<Record<string, (globals: Globals) => void>> = {
  '--json': (globals) => (globals.json = true),
  '--no-color': (globals) => (globals.color = false),
  '--quiet': (globals) => (globals.quiet = true),
  '-q': (globals) => (globals.quiet = true),
};

const KNOWN = ['--home', '--json', '--no-color', '--quiet', '--help', '--version'];

/**
 * Takes the global options in front of the command's name off.
 * @throws MuxwardError `usage` for any other option there.
 */
export function splitLine(argv: readonly string[]): SplitLine {
  const globals: Globals = {};
  let wants: SplitLine['wants'] = null;
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] as string;
    if (!word.startsWith('-') || word === '-') return { globals, wants, name: word, rest: argv.slice(i + 1) };
    if (word === '--help' || word === '-h') wants = 'help';
    else if (word === '--version' || word === '-V') wants = 'version';
    else if (word === '--home') {
      i += 1;
      globals.home = homeValue(argv[i]);
    } else if (word.startsWith('--home=')) globals.home = homeValue(word.slice('--home='.length));
    else if (SWITCHES[word]) SWITCHES[word](globals);
    else throw unknownOption(word);
  }
  return { globals, wants, name: undefined, rest: [] };
}

function homeValue(value: string | undefined): string {
  if (value) return value;
  throw new MuxwardError('usage', '--home: a folder is missing', { hint: 'for example --home ~/.muxward' });
}

function unknownOption(word: string): MuxwardError {
  const near = suggest(word, KNOWN);
  return new MuxwardError('usage', `${printable(word)} is no option of muxward`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}Before the command: ${KNOWN.join(', ')}; the command's own options go behind its name`,
  });
}
