// One fault of the suite: what is done to the system, and what must hold then. docs/faults.md is made of these names.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { test } from 'vitest';
import { eventually, isAlive, MuxwardHome, pidsWithArgument, pidsWithVariable } from '../helpers/muxward-home.ts';

interface FaultOptions {
  /** Why it cannot be tried on this machine; null where it can. It is then skipped, and said so. */
  readonly unless?: string | null;
  readonly timeoutMs?: number;
  /** It waits most of the time: tried together with the other long ones of its file. */
  readonly isLong?: boolean;
  /** Environment of all commands, and so of the daemon they start. */
  readonly env?: Readonly<Record<string, string>>;
  /** The home, below a folder of the test's own. */
  readonly folder?: string;
}

/** Registers the test, with a home of its own that is ended after it. */
export function fault(
  number: number | 'soak',
  done: string,
  holds: string,
  run: (home: MuxwardHome) => Promise<void>,
  { unless = null, timeoutMs = 240_000, env = {}, folder = 'home', isLong = false }: FaultOptions = {},
): void {
  const name = `${number}. ${done} → ${holds}`;
  if (unless !== null) process.stderr.write(`\nNOT TRIED HERE: fault ${name}\n  because ${unless}\n`);
  // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- both are the caller's
  test(name, { timeout: timeoutMs, skip: unless !== null, concurrent: isLong }, async () => {
    const home = new MuxwardHome(env, folder);
    try {
      await run(home);
    } finally {
      await home.end();
    }
  });
}

/** Why nothing can be mounted here, or null. */
export function whyNoMounts(): string | null {
  const { status, stderr, error } = spawnSync('unshare', ['-m', 'sh', '-c', 'mount -t tmpfs none /mnt'], { encoding: 'utf8' });
  if (status === 0) return null;
  return `this user may not mount anything (${error?.message ?? stderr.trim()})`;
}

/** Ends it at once, and returns when it is gone. */
export async function kill(pid: number | null | undefined): Promise<void> {
  if (typeof pid !== 'number' || pid <= 1) throw new Error(`no process ${pid}`);
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone by itself.
  }
  await eventually(() => !isAlive(pid), `process ${pid} is dead`, 20_000);
}

export async function killDaemon(home: MuxwardHome): Promise<void> {
  await kill(await home.daemonPid());
}

/** Daemons of this home: they, and nobody else, have its path as an argument of their own. */
export function daemonsOf(home: MuxwardHome): number[] {
  return pidsWithArgument(home.home).filter(isAlive);
}

export async function tmuxPid(home: MuxwardHome): Promise<number> {
  return Number(await home.tmux('display-message', '-p', '#{pid}'));
}

/** The control-mode clients of this home's tmux server. */
export async function clientPids(home: MuxwardHome): Promise<number[]> {
  return (await home.tmux('list-clients', '-F', '#{client_pid}')).split('\n').filter(Boolean).map(Number);
}

/** Sessions of agents, in order. */
export async function sessions(home: MuxwardHome): Promise<string[]> {
  const lines = (await home.tmux('list-sessions', '-F', '#{session_name}')).trim().split('\n');
  return lines.filter((name) => !name.startsWith('_')).sort();
}

/** Everything that runs for this agent, whoever its parent is. */
export function processesOf(home: MuxwardHome, agent: string): number[] {
  const ofHome = new Set(pidsWithVariable(`MUXWARD_HOME=${home.home}`));
  return pidsWithVariable(`MUXWARD_AGENT=${agent}`).filter((pid) => ofHome.has(pid));
}

/** Waits until the daemon has looked around for so long: polls its own uptime, which a stopped one does not gain. */
export async function daemonWatchesFor(home: MuxwardHome, ms: number): Promise<void> {
  const uptime = async (): Promise<number> => (await home.json<{ daemon: { uptimeMs: number } }>('status')).daemon.uptimeMs;
  const fromMs = await uptime();
  await eventually(async () => (await uptime()) - fromMs >= ms, `the daemon has watched for ${ms} ms`, ms + 30_000);
}

/** A stand-in for `tmux` on the PATH of what is started with `env`: `body` is sh, and `$REAL_TMUX` the real one. */
export function tmuxStandIn(folder: string, body: string): { readonly env: Readonly<Record<string, string>> } {
  const real = spawnSync('sh', ['-c', 'command -v tmux'], { encoding: 'utf8' }).stdout.trim();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tmux'), `#!/bin/sh\nREAL_TMUX=${real}\n${body}\nexec "$REAL_TMUX" "$@"\n`);
  chmodSync(join(folder, 'tmux'), 0o755);
  return { env: { PATH: [folder, dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter) } };
}
