// tmux and /proc do not answer, or answer nonsense: what cannot be known is unknown, and nothing is killed for it.
import { execFile, execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { eventually, MUXWARD, pidsWithArgument, type MuxwardHome } from '../helpers/muxward-home.ts';
import { clientPids, daemonWatchesFor, fault, kill, tmuxPid, tmuxStandIn, whyNoMounts } from './fault.ts';

const folder = (name: string): string => `${process.env['MUXWARD_TEST_ROOT'] ?? '/tmp'}/${name}`;

/** Fast enough that some looks fall into a short test. */
const FAST = 'watch: {liveness: 1s, sample: 1s}\ntmux: {timeout: 1s}\n';

async function threeRun(home: MuxwardHome): Promise<string> {
  home.configure(FAST);
  await home.ok('spawn', 'w', '--count', '3', '--', 'sleep', '1000');
  return known(home);
}

const known = async (home: MuxwardHome): Promise<string> =>
  JSON.stringify((await home.agents()).map(({ name, pid, state, restarts, generation, session }) => ({ name, pid, state, restarts, generation, session })));

/** The control client is lost, and the next one is a stand-in that behaves as `mode` says. */
async function loseClientTo(home: MuxwardHome, at: string, mode: string): Promise<void> {
  const [client] = await clientPids(home);
  writeFileSync(`${at}/mode`, mode);
  await kill(client);
}

/** A tmux server has the command line of the client that started it, but not its name. */
const isClient = (pid: number): boolean => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('tmux: client');

/** A control client whose answers are changed on their way by `sed`. */
const changing = (at: string): string => `
case "$*" in *-C*) case $(cat ${at}/mode 2>/dev/null) in
  garbage) "$REAL_TMUX" "$@" | sed -u 's/^%[0-9][0-9]* [0-9].*/\\x1b]0;garbage ; % $(id)/'; exit ;;
  empty) "$REAL_TMUX" "$@" | sed -u '/^%[0-9][0-9]* [0-9]/d'; exit ;;
  partial) "$REAL_TMUX" "$@" | sed -u '/^%[0-9][0-9]* [0-9].* w-[0-9]$/d'; exit ;;
  hangs) exec sleep 1000000 ;;
  nonsense) echo 'this is no tmux'; exec sleep 1000000 ;;
esac ;; esac`;

for (const mode of ['garbage', 'empty', 'partial', 'hangs', 'nonsense'] as const) {
  const at = folder(`tmux-${mode}`);
  fault(6, `tmux prints garbage, nothing or only a part, hangs, or is no tmux (${mode})`, 'nothing is known by that, and nothing is killed', async (home) => {
    const before = await threeRun(home);
    await loseClientTo(home, at, mode);
    await daemonWatchesFor(home, 4000);
    expect(await known(home)).toBe(before);
    // And well again.
    writeFileSync(`${at}/mode`, '');
    for (const pid of pidsWithArgument(path.join(home.home, 'tmux.sock'))) if (isClient(pid)) await kill(pid);
    const { pid } = await home.agent('w-1');
    process.kill(pid ?? Number.NaN, 'SIGKILL');
    await home.agentThat('w-1', 'came back', (agent) => agent.state === 'ready' && agent.pid !== pid, 40_000);
  }, tmuxStandIn(at, changing(at)));
}

fault(6, 'The tmux server is stopped (SIGSTOP) and does not answer', 'nothing is killed; all is well when it goes on', async (home) => {
  const before = await threeRun(home);
  const server = await tmuxPid(home);
  process.kill(server, 'SIGSTOP');
  try {
    await daemonWatchesFor(home, 4000);
    expect(await known(home)).toBe(before);
  } finally {
    process.kill(server, 'SIGCONT');
  }
  await eventually(async () => (await home.run(['capture', 'w-1'])).status === 0, 'it answers again', 30_000);
  expect(await known(home)).toBe(before);
});

fault(
  6,
  '/proc cannot be read',
  'nothing is taken for dead',
  async (home) => {
    home.configure(FAST);
    // A daemon with mounts of its own, so that only it goes without /proc.
    await promisify(execFile)('unshare', ['-m', MUXWARD, 'daemon', 'start'], { env: home.env, cwd: home.work });
    const before = await threeRun(home);
    const inside = (...args: string[]): void => void execFileSync('nsenter', ['-m', '-t', String(daemon), ...args]);
    const daemon = await home.daemonPid();
    inside('mount', '-t', 'tmpfs', 'none', '/proc');
    await daemonWatchesFor(home, 4000);
    expect(await known(home)).toBe(before);
    inside('umount', '/proc');
    await home.ok('stop', '--all');
    expect(JSON.parse(await known(home)).map(({ state }: { state: string }) => state)).toEqual(['terminated', 'terminated', 'terminated']);
  },
  { unless: whyNoMounts() },
);
