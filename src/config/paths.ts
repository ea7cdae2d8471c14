/** Where things of one home lie. Pure but for `socketPath`, which falls back to a short path when the home's is too long. */
import os from 'node:os';
import path from 'node:path';

/** sun_path holds 108 bytes with its NUL (unix(7)). */
const MAX_SOCKET_PATH = 107;

export interface HomePaths {
  readonly home: string;
  readonly database: string;
  readonly config: string;
  readonly apiSocket: string;
  readonly tmuxSocket: string;
  readonly daemonLog: string;
  readonly startLock: string;
  readonly logs: string;
  readonly checkpoints: string;
  readonly run: string;
  /** FIFO on which wrappers report. */
  readonly ends: string;
  /** On which boot and which tmux server muxward last ran. */
  readonly lastRun: string;
  /** Which service starts the daemon, where `daemon install` made one. */
  readonly service: string;
}

export interface RunPaths {
  readonly folder: string;
  readonly env: string;
  readonly args: string;
  readonly spec: string;
  readonly verdict: string;
  readonly journal: string;
  /** One file a hook call, where the agent's program has hooks. */
  readonly hooks: string;
  /** Questions that wait for an answer, and the FIFOs at which their hooks wait. */
  readonly answers: string;
}

/** `$MUXWARD_HOME`, else `$XDG_STATE_HOME/muxward`, else `~/.local/state/muxward`; always absolute. */
export function defaultHome(env: NodeJS.ProcessEnv): string {
  if (env['MUXWARD_HOME']) return path.resolve(env['MUXWARD_HOME']);
  const state = env['XDG_STATE_HOME'];
  if (state && path.isAbsolute(state)) return path.join(state, 'muxward');
  return path.join(env['HOME'] || os.userInfo().homedir, '.local/state/muxward');
}

export function homePaths(home: string): HomePaths {
  const run = path.join(home, 'run');
  return {
    home,
    database: path.join(home, 'muxward.db'),
    config: path.join(home, 'config.yaml'),
    apiSocket: socketPath(home, 'api.sock'),
    tmuxSocket: socketPath(home, 'tmux.sock'),
    daemonLog: path.join(home, 'daemon.log'),
    startLock: path.join(home, 'start.lock'),
    logs: path.join(home, 'logs'),
    checkpoints: path.join(home, 'checkpoints'),
    run,
    ends: path.join(run, '.ends'),
    lastRun: path.join(run, '.last-run'),
    service: path.join(home, 'service'),
  };
}

// Written out, not joined: names and folders are clean, and 200 agents started at once are some ten thousand paths.

export function logPath(paths: HomePaths, agent: string): string {
  return `${paths.logs}/${agent}.log`;
}

export function runFolder(paths: HomePaths, agent: string): string {
  return `${paths.run}/${agent}`;
}

export function runPaths(paths: HomePaths, agent: string): RunPaths {
  const folder = runFolder(paths, agent);
  return {
    folder,
    env: `${folder}/env`,
    args: `${folder}/args`,
    spec: `${folder}/spec.json`,
    verdict: `${folder}/verdict`,
    journal: `${folder}/journal`,
    hooks: `${folder}/hooks.d`,
    answers: `${folder}/answers`,
  };
}

/** What an agent touches to show that it lives; `$MUXWARD_HEARTBEAT` where it is waited for. */
export function heartbeatPath(paths: HomePaths, agent: string): string {
  return `${paths.run}/${agent}/heartbeat`;
}

/** The folder for sockets whose own path would be too long: private to the user, checked for that by the daemon. */
export function shortSocketFolder(): string {
  const user = process.getuid?.() ?? 0;
  return path.join(process.env['XDG_RUNTIME_DIR'] ?? '/tmp', `muxward-${user}`);
}

function socketPath(home: string, name: string): string {
  const direct = path.join(home, name);
  if (Buffer.byteLength(direct) <= MAX_SOCKET_PATH) return direct;
  // Loaded only here: it would cost every command 5 ms at start.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256').update(home).digest('hex').slice(0, 16);
  return path.join(shortSocketFolder(), `${hash}-${name}`);
}
