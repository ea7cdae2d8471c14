/** The environment that an agent's process gets: the caller's own, then environment files, then `--env`. */
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';

/** What belongs to the caller's terminal or shell, not to the agent's. */
const OF_THE_TERMINAL = new Set(['TMUX', 'TMUX_PANE', 'PWD', 'OLDPWD', 'SHLVL', '_', 'TERM', 'COLUMNS', 'LINES']);

/** What a shell can export: the wrapper is a shell, and drops anything else. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

interface EnvironmentFlags {
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
}

interface EnvironmentCaller {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** @throws MuxwardError `usage` that names the flag, never a value. */
export async function specEnvironment(
  flags: EnvironmentFlags,
  caller: EnvironmentCaller,
): Promise<Record<string, string>> {
  const env = callerEnvironment(caller.env);
  for (const file of flags.envFile ?? []) Object.assign(env, await valuesOf(file, caller.cwd));
  for (const word of flags.env ?? []) {
    const [name, value] = assignment(word);
    env[name] = value;
  }
  return env;
}

/** The caller's environment as an agent inherits it. */
function callerEnvironment(callerEnv: NodeJS.ProcessEnv): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(callerEnv)) {
    if (value === undefined || name.startsWith('MUXWARD_') || OF_THE_TERMINAL.has(name)) continue;
    if (VARIABLE.test(name)) env[name] = value;
  }
  return env;
}

function assignment(word: string): [string, string] {
  const at = word.indexOf('=');
  const name = at < 0 ? word : word.slice(0, at);
  if (at < 0 || !VARIABLE.test(name)) {
    throw new MuxwardError('usage', `--env: "${printable(name)}" is no ${at < 0 ? 'NAME=VALUE' : 'name for a variable'}`, {
      hint: 'NAME=VALUE, the name of letters, digits and _, for example --env PORT=8080',
    });
  }
  if (name.startsWith('MUXWARD_')) {
    throw new MuxwardError('usage', `--env: ${name} is set by muxward itself`, { hint: 'choose a name that does not begin with MUXWARD_' });
  }
  return [name, word.slice(at + 1)];
}

async function valuesOf(file: string, cwd: string): Promise<Readonly<Record<string, string>>> {
  const { readEnvFile } = await import('../config/project/env-file.ts');
  const outcome = readEnvFile(path.resolve(cwd, file));
  const shown = printable(file);
  switch (outcome.kind) {
    case 'read':
      return Object.fromEntries(Object.entries(outcome.values).filter(([name]) => !name.startsWith('MUXWARD_')));
    case 'missing':
      throw new MuxwardError('usage', `--env-file: ${shown} is not there`, { hint: 'name a file with lines NAME=VALUE' });
    case 'unreadable':
      throw new MuxwardError('usage', `--env-file: ${shown} cannot be read (${outcome.code})`, { hint: 'look at its permissions: ls -l' });
    case 'malformed':
      throw new MuxwardError('usage', `--env-file: ${shown}:${outcome.line} is no NAME=VALUE`, {
        hint: 'lines NAME=VALUE, comments with #, values in quotes where they hold spaces or #',
      });
  }
}
