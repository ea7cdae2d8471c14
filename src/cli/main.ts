/** The entry of the command line: Node's version, the compile cache, signals, and the process's exit status. */
import fs from 'node:fs';
import module from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultHome } from '../config/paths.ts';
import { EXIT, MuxwardError } from '../core/errors.ts';
import { wantsColor } from './context.ts';
import { splitLine } from './global-options.ts';
import { isTerminal } from './output.ts';
import { reportError } from './report-error.ts';
import { runCommandLine } from './run-command-line.ts';

const NODE_MINIMUM = [22, 22] as const;

const argv = process.argv.slice(2);
const home = homeOf(argv);

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => void fail(error).then((status) => process.exit(status)));
}
process.on('SIGINT', () => process.exit(EXIT.interrupted));
process.exit(await main());

async function main(): Promise<number> {
  try {
    checkNodeVersion(process.versions.node);
    // Only in a home that is there: asking for help must not make one.
    if (fs.existsSync(home)) module.enableCompileCache(path.join(home, 'cache'));
    return await runCommandLine(argv, installationFolder(), process.env);
  } catch (error) {
    return await fail(error);
  }
}

async function fail(error: unknown): Promise<number> {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const color = wantsColor(own.includes('--no-color') ? { color: false } : {}, process.env, isTerminal(2));
  return await reportError(error, { json: own.includes('--json'), color, command: commandName(), home });
}

function checkNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [needMajor, needMinor] = NODE_MINIMUM;
  if (major > needMajor || (major === needMajor && minor >= needMinor)) return;
  throw new MuxwardError('failed', `Node ${version} is too old for muxward`, {
    hint: `install Node ${needMajor}.${needMinor} or newer, or set MUXWARD_NODE to one`,
  });
}

/** The built file is dist/cli.js; from source it is src/cli/main.ts. */
function installationFolder(): string {
  const folder = path.dirname(fileURLToPath(import.meta.url));
  return path.basename(folder) === 'dist' ? path.dirname(folder) : path.resolve(folder, '../..');
}

function homeOf(words: readonly string[]): string {
  const end = words.indexOf('--');
  const own = end < 0 ? words : words.slice(0, end);
  const at = own.lastIndexOf('--home');
  const value = at >= 0 ? own[at + 1] : own.find((word) => word.startsWith('--home='))?.slice('--home='.length);
  return value ? path.resolve(value) : defaultHome(process.env);
}

function commandName(): string {
  try {
    return splitLine(argv).name ?? '';
  } catch {
    return '';
  }
}
