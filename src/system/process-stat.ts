/** What is known of one process, and reading it from the text of /proc/PID/stat. Opening that file is process-table.ts. */

export interface ProcessStat {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly session: number;
  /** Foreground process group of its terminal, -1 without a terminal. */
  readonly tpgid: number;
  /** One letter as in proc(5): R S D T t Z X I. */
  readonly state: string;
  /** Clock ticks since boot (seconds since 1970 where there is no /proc): with the pid, it identifies a process. */
  readonly startTime: number;
  /** User and system time together, in clock ticks. */
  readonly cpuTicks: number;
  readonly rssBytes: number;
  /** Name of the program, cut to 15 bytes by the kernel. */
  readonly comm: string;
}

/** `unknown`: it could not be found out, which is never to be taken for dead. */
export type StatOutcome = ProcessStat | 'gone' | 'unknown';

/** Reads one line of /proc/PID/stat (proc(5)); undefined for what is none. */
export function parseProcStat(text: string, pageBytes: number): ProcessStat | undefined {
  // The name may hold spaces and parentheses itself: only the last one closes it.
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ', 22);
  if (fields.length < 22) return undefined;
  const number = (field: number): number => Number(fields[field - 3]);
  const letter = fields[0] ?? '';
  return {
    pid: Number(text.slice(0, open)),
    ppid: number(4),
    pgid: number(5),
    session: number(6),
    tpgid: number(8),
    // A first thread that ended while others run on looks like a zombie, but the process lives.
    state: letter === 'Z' && number(20) > 1 ? 'S' : letter,
    startTime: number(22),
    cpuTicks: number(14) + number(15),
    rssBytes: number(24) * pageBytes,
    comm: text.slice(open + 1, close),
  };
}
