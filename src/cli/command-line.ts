/**
 * The whole life of one call: runs it and turns whatever it throws into a text and an exit status. One file when
 * built: loading twenty small ones would take longer than all that `status` does.
 */
import path from 'node:path';
import { defaultHome } from '../config/paths.ts';
import { EXIT } from '../core/errors.ts';
import { wantsColor } from './context.ts';
import { splitLine } from './global-options.ts';
import { isTerminal, writeErr } from './output.ts';
import { reportError } from './report-error.ts';
import { runCommandLine } from './run-command-line.ts';

/** Never returns: the process exits with the status of the command. `installation` holds `bin/`, `dist/`, `templates/`. */
export async function commandLine(argv: readonly string[], installation: string): Promise<never> {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => void exitWith(error, argv));
  }
  process.on('SIGINT', () => process.exit(EXIT.interrupted));
  try {
    process.exit(await runCommandLine(argv, installation, process.env));
  } catch (error) {
    return await exitWith(error, argv);
  }
}

async function exitWith(error: unknown, argv: readonly string[]): Promise<never> {
  try {
    process.exit(await report(error, argv));
  } catch {
    // Not even the error could be told, for example because the program was removed while it ran.
    writeErr(`✘ a bug in muxward: ${error instanceof Error ? error.message : String(error)}\n  hint: please report it\n`);
    process.exit(EXIT.bug);
  }
}

async function report(error: unknown, argv: readonly string[]): Promise<number> {
  const own = ownWords(argv);
  const color = wantsColor(own.includes('--no-color') ? { color: false } : {}, process.env, isTerminal(2));
  return await reportError(error, { json: own.includes('--json'), color, command: commandName(argv), home: homeOf(own) });
}

/** Without what belongs to an agent's command. */
function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

function homeOf(own: readonly string[]): string {
  const at = own.lastIndexOf('--home');
  const value = at >= 0 ? own[at + 1] : own.find((word) => word.startsWith('--home='))?.slice('--home='.length);
  return value ? path.resolve(value) : defaultHome(process.env);
}

function commandName(argv: readonly string[]): string {
  try {
    return splitLine(argv).name ?? '';
  } catch {
    return '';
  }
}
