/**
 * Runs git, away from whatever the caller's environment, hooks and configuration would make of it. Knows how to run
 * it and how it failed; what is asked of git, and what its answers mean, is for callers (always by `-z` formats).
 */
import fs from 'node:fs';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';

export interface GitOptions {
  /** Added to the clean environment: `GIT_INDEX_FILE`, `GIT_DIR`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Takes what git prints piece by piece, instead of `stdout`: for what may be larger than memory. */
  readonly onStdout?: (piece: Buffer) => void;
  /** Killed after this long. Default 2 min. */
  readonly timeoutMs?: number;
  /** File mode creation mask; ours where absent. Folders that git makes for a user shall be as the user's own. */
  readonly umask?: number;
  /** The user's hooks run where this is true: only for what a user would do by hand. */
  readonly hooks?: boolean;
}

/** `status` is null where it was killed. */
export interface GitOutcome {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
}

const TIMEOUT_MS = 120_000;
const MAX_STDERR = 4000;

/** What the caller's git would be told by these is not meant for ours; ours also belongs to no agent. */
const DROPPED = /^(GIT_|MUXWARD_|SSH_ASKPASS$)/;

/** Never a question, a pager, a background process or a program of the user's while we work. */
const QUIET = { GIT_TERMINAL_PROMPT: '0', GIT_PAGER: 'cat', GIT_EDITOR: ':', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
const CONFIG = ['core.fsmonitor=false', 'gc.auto=0', 'maintenance.auto=false', 'advice.addEmbeddedRepo=false'];
const NO_HOOKS = 'core.hooksPath=/dev/null';

/**
 * Runs `git ARGS…` in `cwd` to its end, whatever that is.
 * @throws MuxwardError `failed` where there is no git, or no such folder.
 */
export async function git(cwd: string, args: readonly string[], options: GitOptions = {}): Promise<GitOutcome> {
  const { execa } = await import('execa');
  const config = [...CONFIG, ...(options.hooks ? [] : [NO_HOOKS])].flatMap((setting) => ['-c', setting]);
  const [program, ...argv] = withUmask(['git', ...config, ...args], options.umask);
  const child = execa(program ?? 'git', argv, {
    cwd,
    env: { ...cleanEnvironment(), ...QUIET, ...options.env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    encoding: 'buffer',
    maxBuffer: 2 ** 30,
    // A group of its own: a time-out reaches what git started, and git finishes what it writes when the daemon is killed.
    detached: true,
    cleanup: false,
    buffer: options.onStdout === undefined ? true : { stdout: false, stderr: true },
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  if (options.onStdout) child.stdout?.on('data', options.onStdout);
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, options.timeoutMs ?? TIMEOUT_MS);
  const result = await child;
  clearTimeout(timer);
  if (result.exitCode === undefined && result.signal === undefined) throw notStarted(cwd, result.cause);
  return {
    status: result.exitCode ?? null,
    stdout: Buffer.from(result.stdout ?? ''),
    stderr: Buffer.from(result.stderr ?? '').toString().slice(-MAX_STDERR),
    timedOut,
  };
}

/**
 * As `git`, where only success will do; gives what it printed.
 * @throws MuxwardError `failed` with `doing` ("cannot DOING: …") and git's own words.
 */
export async function gitDo(cwd: string, args: readonly string[], doing: string, options: GitOptions = {}): Promise<Buffer> {
  const outcome = await git(cwd, args, options);
  if (outcome.status !== 0) throw gitError(outcome, doing, cwd);
  return outcome.stdout;
}

/** git keeps the reason for itself when it cannot write a file of the work tree. Below this much room it is that. */
const HARDLY_ROOM_BYTES = 2 ** 20;

/** Git's failure in words. */
export function gitError({ status, stderr, timedOut }: GitOutcome, doing: string, cwd: string): MuxwardError {
  const said = stderr.trim().split('\n').find((line) => /^(fatal|error):/.test(line)) ?? stderr.trim().split('\n').at(-1) ?? '';
  if (/unable to write/.test(said) && isFull(cwd)) {
    return new MuxwardError('storage', `cannot ${doing}: ${printable(said)}: the disk is full`, { hint: `make room on the disk of ${printable(cwd)}, then do it again` });
  }
  const why = timedOut ? 'git took too long and was ended' : said === '' ? `git ended with ${status ?? 'a signal'}` : said;
  return new MuxwardError('failed', `cannot ${doing}: ${printable(why)}`, { hint: `the repository is ${printable(cwd)}` });
}

function isFull(folder: string): boolean {
  try {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize < HARDLY_ROOM_BYTES;
  } catch {
    return false;
  }
}

/** The records of an answer in a `-z` format. */
export function records(stdout: Buffer): string[] {
  const text = stdout.toString();
  return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

function withUmask(argv: readonly string[], umask: number | undefined): readonly string[] {
  return umask === undefined ? argv : ['sh', '-c', 'umask "$0"; exec "$@"', umask.toString(8), ...argv];
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended at the same moment.
  }
}

function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !DROPPED.test(entry[0]));
  return Object.fromEntries(kept);
}

function notStarted(cwd: string, cause: unknown): MuxwardError {
  return new MuxwardError('failed', `git could not be started in ${printable(cwd)}`, {
    hint: 'is git installed (git --version), and is the folder there?',
    cause,
  });
}
