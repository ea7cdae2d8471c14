/**
 * Whom the kernel killed for want of memory, as its log tells (/dev/kmsg). It names processes by the machine's own
 * numbers, so that a container with numbers of its own learns nothing from it; and many users may not read it.
 */
import fs from 'node:fs';

export interface OomKill {
  readonly pid: number;
  /** Monotonic since the machine started; the log's clock may be off by seconds a week. */
  readonly atMs: number;
}

/** Longer than any record: one read gives exactly one. */
const RECORD_BYTES = 8192;
/** More than the largest ring holds; a log that is written faster than it is read has to end somewhere. */
const RECORDS_READ = 100_000;
/** The inode of the first PID namespace is fixed (PROC_PID_INIT_INO). */
const OWN_NUMBERS = 'pid:[4026531836]';

/** Null where the log cannot be read, or speaks of other numbers than ours. */
export function oomKillsOfKernelLog(): OomKill[] | null {
  try {
    if (fs.readlinkSync('/proc/self/ns/pid') !== OWN_NUMBERS) return null;
    const fd = fs.openSync('/dev/kmsg', fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    try {
      return readKills(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    return null;
  }
}

function readKills(fd: number): OomKill[] {
  const kills: OomKill[] = [];
  const buffer = Buffer.alloc(RECORD_BYTES);
  for (let n = 0; n < RECORDS_READ; n += 1) {
    try {
      const kill = oomKillOf(buffer.toString('latin1', 0, fs.readSync(fd, buffer)));
      if (kill !== null) kills.push(kill);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Overwritten before it was read: the next read goes on with what is there.
      if (code === 'EPIPE') continue;
      if (code === 'EAGAIN') return kills;
      throw error;
    }
  }
  return kills;
}

/**
 * One record of the log: `LEVEL,NUMBER,MICROSECONDS,FLAGS;MESSAGE`. Null for any other than the kernel's own word on
 * such a kill: what programs write there bears a facility, that is a level of 8 or more.
 */
export function oomKillOf(record: string): OomKill | null {
  const found = /^[0-7],\d+,(\d+),[^;]*;(?:(?:Memory cgroup out|Out) of memory[^:]*: )?Killed process (\d+)[ ,]/.exec(record);
  return found === null ? null : { pid: Number(found[2]), atMs: Number(found[1]) / 1000 };
}
