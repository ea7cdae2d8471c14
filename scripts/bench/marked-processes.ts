/** The processes that carry a mark (a folder of this run) in their environment or on their command line. Linux. */
import fs from 'node:fs';

const END_TIMEOUT_MS = 10_000;
const POLL_MS = 20;

/** Zombies are not among them: they have neither environment nor command line left. */
export function findMarked(mark: string): number[] {
  const pids = fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
  return pids.filter((pid) => pid !== process.pid && isMarked(pid, mark));
}

/** Kills them until none is left, also what they start meanwhile. Synchronous, so that it can be the last thing done. */
export function killMarked(mark: string): { readonly killed: number; readonly left: number } {
  const killed = new Set<number>();
  const deadline = performance.now() + END_TIMEOUT_MS;
  let left = findMarked(mark);
  while (left.length > 0 && performance.now() < deadline) {
    for (const pid of left) {
      killed.add(pid);
      kill(pid);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
    left = findMarked(mark);
  }
  return { killed: killed.size, left: left.length };
}

function isMarked(pid: number, mark: string): boolean {
  return readProc(pid, 'environ').includes(mark) || readProc(pid, 'cmdline').includes(mark);
}

function readProc(pid: number, file: string): string {
  try {
    return fs.readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // Gone, or another user's.
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone since it was seen.
  }
}
