/** What processes cost, from /proc: CPU to the nanosecond, and memory with shared pages split among their users. */
import fs from 'node:fs';

/** USER_HZ: fixed at 100 in what the kernel shows to programs. */
const TICK_MS = 10;

/** CPU that each process has used, and, by parent, what its ended and awaited children had. */
export interface CpuReading {
  readonly own: ReadonlyMap<number, number>;
  readonly reaped: ReadonlyMap<number, number>;
}

export function readCpu(pids: readonly number[]): CpuReading {
  return {
    own: new Map(pids.map((pid) => [pid, cpuMs(pid)])),
    reaped: new Map(pids.map((pid) => [pid, reapedMs(pid)])),
  };
}

/** CPU used between two readings, also by what was started in between, and by what was started and ended. */
export function cpuBetweenMs(before: CpuReading, after: CpuReading): number {
  const grown = (from: ReadonlyMap<number, number>, to: ReadonlyMap<number, number>): number =>
    [...to].reduce((sum, [pid, ms]) => sum + Math.max(0, ms - (from.get(pid) ?? 0)), 0);
  return grown(before.own, after.own) + grown(before.reaped, after.reaped);
}

/** Proportional set size of all of them. */
export function pssBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + kilobytes(pid, 'Pss') * 1024, 0);
}

/** The same, were no other Node on the machine whose pages of Node's own file are shared: those count in full. */
export function pssAloneBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + (isNode(pid) ? kilobytes(pid, 'Rss') : kilobytes(pid, 'Pss')) * 1024, 0);
}

function isNode(pid: number): boolean {
  try {
    return fs.readlinkSync(`/proc/${pid}/exe`) === fs.realpathSync(process.execPath);
  } catch {
    return false;
  }
}

function kilobytes(pid: number, what: 'Pss' | 'Rss'): number {
  const found = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(readOrEmpty(`/proc/${pid}/smaps_rollup`));
  return Number(found?.[1] ?? 0);
}

function cpuMs(pid: number): number {
  let nanoseconds = 0;
  for (const task of tasksOf(pid)) {
    const [ran = '0'] = readOrEmpty(`/proc/${pid}/task/${task}/schedstat`).split(' ');
    nanoseconds += Number(ran);
  }
  return nanoseconds / 1e6;
}

/** cutime and cstime, the 16th and 17th of proc_pid_stat(5); the name before them may hold spaces. */
function reapedMs(pid: number): number {
  const fields = readOrEmpty(`/proc/${pid}/stat`).split(') ').pop()?.split(' ') ?? [];
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * TICK_MS;
}

function tasksOf(pid: number): string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
