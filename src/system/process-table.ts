/**
 * The processes of this machine, from /proc: one by one or all in one pass, synchronous, with one shared buffer.
 * Judging what is read (alive, recycled) is identity.ts; where there is no /proc, process-table-ps.ts asks `ps`.
 */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { parseProcStat, type ProcessStat, type StatOutcome } from './process-stat.ts';
import { psBootId, psCommandLine, psScan, psStat } from './process-table-ps.ts';

export type { ProcessStat, StatOutcome } from './process-stat.ts';

const HAS_PROC = process.platform === 'linux';

/** Keys of the auxiliary vector (getauxval(3)). */
const AT_PAGESZ = 6;
const AT_CLKTCK = 17;

const auxv = HAS_PROC ? readAuxv() : new Map<number, number>();
const PAGE_BYTES = auxv.get(AT_PAGESZ) ?? 4096;

/** Unit of `cpuTicks` and `startTime`: 100 on every Linux that is in use. */
export const CLOCK_TICKS_PER_SECOND = auxv.get(AT_CLKTCK) ?? 100;

/** A line of stat is about 350 bytes; the fields are at most 20 digits each. */
const buffer = Buffer.allocUnsafe(4096);

const NONE: ReadonlySet<number> = new Set();

/** One process, as it is now. */
export function readStat(pid: number): StatOutcome {
  if (!HAS_PROC) return psStat(pid);
  const read = readStatFile(pid);
  if (typeof read === 'object') return read;
  // Without /proc mounted every process would seem gone.
  return isGone(read) && existsSync('/proc/self/stat') ? 'gone' : 'unknown';
}

/** All processes but `without` in one pass; undefined where they could not be read, which says nothing about any of them. */
export function scanProcesses(without: ReadonlySet<number> = NONE): ProcessStat[] | undefined {
  if (!HAS_PROC) return psScan();
  const pids = listPids();
  if (pids === undefined) return undefined;
  const all: ProcessStat[] = [];
  for (const pid of pids) {
    if (without.has(pid)) continue;
    const read = readStatFile(pid);
    if (typeof read === 'object') all.push(read);
    // Under hidepid=1 other users' processes are closed to us; any other fault would leave holes in the table.
    else if (!isGone(read) && read !== 'EACCES' && read !== 'EPERM') return undefined;
  }
  return all;
}

/** The ids of all processes; undefined where /proc cannot be listed or is not mounted. */
export function listPids(): number[] | undefined {
  try {
    const pids: number[] = [];
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (pid > 0) pids.push(pid);
    }
    return pids.length > 0 ? pids : undefined;
  } catch {
    return undefined;
  }
}

/** Changes with every boot: a process recorded under another one is no crash. */
export function bootId(): string {
  knownBootId ??= HAS_PROC ? readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim() : psBootId();
  return knownBootId;
}

/** None survives a reboot; and it is still known when /proc cannot be read. */
let knownBootId: string | undefined;

/** Program and arguments of a process; empty when it is gone, a zombie or a kernel thread. */
export function commandLine(pid: number): string[] {
  if (!HAS_PROC) return psCommandLine(pid);
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return text === '' ? [] : text.replace(/\0$/, '').split('\0');
  } catch {
    return [];
  }
}

/** The process, or the system's code for why it could not be read. */
function readStatFile(pid: number): ProcessStat | string {
  let fd: number | undefined;
  try {
    fd = openSync(`/proc/${pid}/stat`, 'r');
    const length = readSync(fd, buffer, 0, buffer.length, 0);
    return parseProcStat(buffer.toString('utf8', 0, length), PAGE_BYTES) ?? 'EBADMSG';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EIO';
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** ESRCH: it ended between opening and reading. */
function isGone(code: string): boolean {
  return code === 'ENOENT' || code === 'ESRCH';
}

function readAuxv(): Map<number, number> {
  const values = new Map<number, number>();
  try {
    const bytes = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= bytes.length; at += 16) {
      values.set(Number(bytes.readBigUInt64LE(at)), Number(bytes.readBigUInt64LE(at + 8)));
    }
  } catch {
    // Some sandboxes hide it: the usual values hold then.
  }
  return values;
}
