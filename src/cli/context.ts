/** What a command is handed besides its arguments: where the home is, the daemon, and how to show things. */
import path from 'node:path';
import { defaultHome, homePaths, type HomePaths } from '../config/paths.ts';
import type { GlobalOptions } from './option.ts';
import { Connection } from './connection.ts';
import { isTerminal, writeErr, writeOut } from './output.ts';

const NEWLINE = 0x0a;

export interface Context {
  readonly paths: HomePaths;
  /** Machine-readable output was asked for: one JSON document, and nothing else on standard output. */
  readonly json: boolean;
  /** Nothing but what was asked for: no progress, no next steps. */
  readonly quiet: boolean;
  /** Colour on standard output. */
  readonly color: boolean;
  /** A person reads standard output. */
  readonly terminal: boolean;
  /** Width of that terminal; infinite in a pipe. */
  readonly columns: number;
  /** The folder that holds `bin/`, `dist/` and `templates/`. */
  readonly installation: string;
  /** The daemon, started on first need. */
  readonly daemon: Connection;
  /** The daemon if it runs. */
  readonly runningDaemon: Connection;
  /** Makes sure that a daemon runs; says whether this call started it. */
  readonly startDaemon: () => Promise<'started' | 'ran-already'>;
  readonly out: (text: string | Uint8Array) => void;
  /** A JSON document as the daemon wrote it, and the end of its line. */
  readonly outDocument: (json: Uint8Array) => void;
  /** A note on standard error; not with `--quiet`. */
  readonly note: (text: string) => void;
}

/** The context of one call. Cheap: what costs time is found out when it is first asked for. */
export function createContext(options: GlobalOptions, installation: string, env: NodeJS.ProcessEnv): Context {
  const paths = homePaths(options.home === undefined ? defaultHome(env) : path.resolve(options.home));
  const json = options.json === true;
  const quiet = options.quiet === true;
  const startDaemon = async (): Promise<'started' | 'ran-already'> => {
    const { startDaemon: start } = await import('./daemon-start.ts');
    return await start(paths, path.join(installation, 'dist/daemon.js'), env);
  };
  const context = {
    paths,
    json,
    quiet,
    installation,
    daemon: new Connection(paths.apiSocket, async () => void (await startDaemon())),
    runningDaemon: new Connection(paths.apiSocket, null),
    startDaemon,
    out: writeOut,
    outDocument: (json: Uint8Array): void => {
      writeOut(json);
      if (json.at(-1) !== NEWLINE) writeOut('\n');
    },
    note: (text: string): void => {
      if (!quiet) writeErr(`${text}\n`);
    },
    get terminal(): boolean {
      return isTerminal(1);
    },
    get color(): boolean {
      return !json && wantsColor(options, env, isTerminal(1));
    },
    get columns(): number {
      return isTerminal(1) ? (process.stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
    },
  };
  return context;
}

/** `--no-color`, then FORCE_COLOR, then NO_COLOR (no-color.org), then whether it is a terminal that can. */
export function wantsColor(options: GlobalOptions, env: NodeJS.ProcessEnv, terminal: boolean): boolean {
  if (options.color === false) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR']) return false;
  return terminal && env['TERM'] !== 'dumb';
}
