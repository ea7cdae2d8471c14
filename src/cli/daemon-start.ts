/**
 * Starts the daemon where none answers: one, however many commands find it missing at once. The slow path of the
 * command line, loaded only when nobody listened.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import lockfile from 'proper-lockfile';
import { Client } from '../client/client.ts';
import type { HomePaths } from '../config/paths.ts';
import { MuxwardError, EXIT } from '../core/errors.ts';
import { compileCacheOf } from './compile-cache.ts';
import { daemonEnvironment } from './daemon-environment.ts';
import { isNobodyThere } from './connection.ts';
import { makePrivateFolder } from '../config/private-folder.ts';
import { storageError } from '../core/storage-error.ts';
import { requireTmux } from './require-tmux.ts';

/** How long a daemon may take to answer: it re-adopts what runs before it does. */
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 10;
/** A lock whose holder was killed is taken over after this. */
const LOCK_STALE_MS = 5000;

/** A daemon that finds another one with the home's lock leaves in peace: that other one will answer. */
const GAVE_WAY = 'exit 0';

/** How a notification finds the desktop. */
const DESKTOP_VARIABLES = ['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY'];

type Release = () => Promise<void>;

/** Resolves when a daemon answers. @throws MuxwardError `unreachable` with the end of its log where none can be started. */
export async function startDaemon(
  paths: HomePaths,
  program: string,
  env: NodeJS.ProcessEnv,
): Promise<'started' | 'ran-already'> {
  requireTmux(env);
  makePrivateFolder(paths.home);
  const client = new Client(paths.apiSocket);
  const release = await lockOrAnswer(paths, client);
  if (release === 'answers') return 'ran-already';
  try {
    if (await answers(client)) return 'ran-already';
    await launch(paths, program, env, client);
    return 'started';
  } finally {
    await release().catch(() => undefined);
  }
}

/** The lock, or the news that whoever had it has brought a daemon up. */
async function lockOrAnswer(paths: HomePaths, client: Client): Promise<Release | 'answers'> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await lockfile.lock(paths.home, { lockfilePath: paths.startLock, stale: LOCK_STALE_MS, onCompromised: () => undefined });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ELOCKED') throw storageError('write', paths.home, error);
    }
    if (await answers(client)) return 'answers';
    if (performance.now() > deadline) throw notComing(paths);
    await pause(POLL_MS * 2);
  }
}

/** With 200 agents a small young generation takes 7 MB less, and one thread in place of four beside V8's own 2 MB. */
const DAEMON_FLAGS = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1', '--v8-pool-size=1'];

async function launch(paths: HomePaths, program: string, env: NodeJS.ProcessEnv, client: Client): Promise<void> {
  const log = openLog(paths);
  const from = fs.fstatSync(log).size;
  const child = spawn(process.execPath, [...DAEMON_FLAGS, program, '--home', paths.home], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: daemonEnvironment(env, paths.home, { compileCache: compileCacheOf(path.resolve(program, '../..')), asked: await variablesOfChannels(paths) }),
  });
  fs.closeSync(log);
  child.unref();
  const end = endOf(child);
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(client))) {
    if (end.why !== null && end.why !== GAVE_WAY) {
      if (end.why === `exit ${EXIT.usage}`) await refuseFaultySettings(paths);
      throw daemonEnded(paths, end.why, from);
    }
    if (performance.now() > deadline) throw notComing(paths);
    await pause(POLL_MS);
  }
}

/** Variables that channels of alerts read. Settings with a fault ask for none: the daemon will say so. */
async function variablesOfChannels(paths: HomePaths): Promise<string[]> {
  if (!fs.existsSync(paths.config)) return [];
  try {
    const { loadSettings } = await import('../config/settings.ts');
    const { channelVariables } = await import('../config/alerts/check-channels.ts');
    const { channels } = (await loadSettings(paths.config)).alerts;
    return [...channelVariables(channels), ...(channels.some(({ kind }) => kind === 'desktop') ? DESKTOP_VARIABLES : [])];
  } catch (error) {
    if (error instanceof MuxwardError) return [];
    throw error;
  }
}

/** The daemon's own words on its settings, as an error of ours. @throws MuxwardError `invalid-config` */
async function refuseFaultySettings(paths: HomePaths): Promise<void> {
  const { loadSettings } = await import('../config/settings.ts');
  await loadSettings(paths.config);
}

function endOf(child: ChildProcess): { why: string | null } {
  const end: { why: string | null } = { why: null };
  child.once('error', (error) => (end.why = error.message));
  child.once('exit', (code, signal) => (end.why ??= signal ?? `exit ${code}`));
  return end;
}

function openLog(paths: HomePaths): number {
  try {
    return fs.openSync(paths.daemonLog, 'a', 0o600);
  } catch (error) {
    throw storageError('write', paths.daemonLog, error);
  }
}

async function answers(client: Client): Promise<boolean> {
  try {
    await client.call('GET /healthz', undefined);
    return true;
  } catch (error) {
    if (isNobodyThere(error)) return false;
    // A daemon on its way out closes without an answer: look again.
    if (error instanceof MuxwardError && error.code === 'unreachable' && !isHopeless(error)) return false;
    throw error;
  }
}

function isHopeless(error: MuxwardError): boolean {
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}

function daemonEnded(paths: HomePaths, why: string, from: number): MuxwardError {
  const said = fs.readFileSync(paths.daemonLog).subarray(from).toString().trim().split('\n').slice(-8).join('\n');
  return new MuxwardError('unreachable', `the daemon did not start (${why})${said === '' ? '' : `:\n${said}`}`, {
    hint: `muxward doctor checks this machine; the whole log: ${paths.daemonLog}`,
  });
}

function notComing(paths: HomePaths): MuxwardError {
  return new MuxwardError('unreachable', `no daemon answered within ${START_TIMEOUT_MS / 1000} s`, {
    hint: `look at its log: ${paths.daemonLog}`,
  });
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
