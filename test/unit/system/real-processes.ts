/** Starts real processes for tests, waits for facts about them, and ends every one of them after each test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { readStat, type ProcessStat } from '../../../src/system/process-table.ts';

/** Carried by all that a test starts, so that nothing of it can be left behind, wherever it forked to. */
const MARK = `MUXWARD_TEST_MARK=${process.pid}-${Date.now()}`;
let isToEnd = false;

/** Polls until `probe` gives something; fails with `what` after ten seconds. */
export async function until<T>(what: string, probe: () => T | undefined | false | null): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const found = probe();
    if (found !== undefined && found !== false && found !== null) return found;
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** In a process group and session of its own; default true. */
  readonly detached?: boolean;
  readonly cwd?: string;
}

/** Starts `sh -c script` with the environment given and little else. */
export function startShell(script: string, options: StartOptions = {}): ChildProcess & { pid: number } {
  return start('sh', ['-c', script], options);
}

/** Starts a program with the environment given and little else. */
export function start(
  program: string,
  args: readonly string[],
  options: StartOptions = {},
): ChildProcess & { pid: number } {
  endAfterTest();
  const [name, value] = MARK.split('=') as [string, string];
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], [name]: value, ...options.env },
    stdio: 'ignore',
    detached: options.detached ?? true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  return child as ChildProcess & { pid: number };
}

/** The process as /proc shows it; it has to be there. */
export function statOf(pid: number): ProcessStat {
  const stat = readStat(pid);
  if (typeof stat === 'string') throw new Error(`process ${pid} is ${stat}`);
  return stat;
}

/** The number in a file, once somebody wrote it there. */
export function pidIn(file: string): Promise<number> {
  return until(`a pid is in ${file}`, () => {
    try {
      return Number(/^(\d+)\n/.exec(readFileSync(file, 'utf8'))?.[1] ?? 0) || undefined;
    } catch {
      return undefined;
    }
  });
}

/** True while the process is there and no zombie, read without the code under test. */
export function isThere(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** After the test that runs now. (Not a hook of this file: the test files of a worker share it, and hooks are of the first.) */
function endAfterTest(): void {
  if (isToEnd) return;
  isToEnd = true;
  onTestFinished(() => {
    isToEnd = false;
    endAll();
  });
}

function endAll(): void {
  for (const pid of readdirSync('/proc')
    .map(Number)
    .filter((n) => n > 0 && n !== process.pid)) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(MARK))
        process.kill(pid, 'SIGKILL');
    } catch {
      // gone meanwhile, or another user's
    }
  }
}
