// Runs once around a whole test run: gives the tests one temporary root, and fails the run if anything that was
// started under it (an agent, a daemon, a tmux server) is still there at the end.

import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a process that a test has just stopped may take to go. */
const GRACE_MS = 3_000;
const POLL_MS = 50;

interface Leftover {
  readonly pid: number;
  readonly command: string;
}

export default function setup(): () => Promise<void> {
  // Short, since the path of a Unix socket may have no more than about 100 characters.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'mw-')));
  process.env['MUXWARD_TEST_ROOT'] = root;
  // Should a test forget -S, it must not reach the tmux server of whoever runs the tests.
  process.env['TMUX_TMPDIR'] = root;
  delete process.env['TMUX'];
  delete process.env['MUXWARD_HOME'];

  return async function teardown() {
    const left = await waitUntilGone(root);
    await killAll(root);
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    if (left.length > 0) {
      const list = left.map(({ pid, command }) => `  ${pid} ${command}`).join('\n');
      throw new Error(`${left.length} processes outlived the tests (killed now):\n${list}`);
    }
  };
}

async function waitUntilGone(root: string): Promise<Leftover[]> {
  const deadline = Date.now() + GRACE_MS;
  let left = findProcessesUnder(root);
  while (left.length > 0 && Date.now() < deadline) {
    await sleep(POLL_MS);
    left = findProcessesUnder(root);
  }
  return left;
}

/** More than once, since what is killed may have been starting something. */
async function killAll(root: string): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const left = findProcessesUnder(root);
    if (left.length === 0) return;
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has gone by itself.
      }
    }
    await sleep(POLL_MS);
  }
}

/** Where there is no /proc (macOS) nothing is found: the check is made on Linux, where CI runs. */
function findProcessesUnder(root: string): Leftover[] {
  let entries: string[];
  try {
    entries = readdirSync('/proc');
  } catch {
    return [];
  }
  return entries
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map((entry) => ({
      pid: Number(entry),
      command: readProc(entry, 'cmdline').replaceAll('\0', ' ').trim(),
    }))
    .filter(({ pid, command }) => command !== '' && belongsTo(root, pid, command));
}

/** The workers of vitest have the root in their environment too, but neither a home under it nor its path as argument. */
function belongsTo(root: string, pid: number, command: string): boolean {
  if (command.includes(`${root}/`)) return true;
  const environment = readProc(String(pid), 'environ').split('\0');
  const isTmux = readProc(String(pid), 'comm').startsWith('tmux');
  return environment.some(
    (entry) => entry.startsWith(`MUXWARD_HOME=${root}/`) || (isTmux && entry === `TMUX_TMPDIR=${root}`),
  );
}

/** Empty for a zombie, a process that has gone, and one of another user. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
