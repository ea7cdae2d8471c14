/** The processes of this machine where there is no /proc (macOS), through `ps`: slower, and start times to the second only. */
import { execFileSync } from 'node:child_process';
import type { ProcessStat, StatOutcome } from './process-stat.ts';

const COLUMNS = 'pid=,ppid=,pgid=,sess=,tpgid=,state=,lstart=,time=,rss=,comm=';

/** Ticks a second of the `cpuTicks` made here. */
const TICKS = 100;

const LINE =
  /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(-?\d+)\s+(\S+)\s+(\w{3} \w{3}\s+\d+ [\d:]{8} \d{4})\s+(\S+)\s+(\d+)\s+(.*)$/;

/** All processes; undefined where `ps` failed. */
export function psScan(): ProcessStat[] | undefined {
  const text = ps(['-axo', COLUMNS]);
  return text?.split('\n').flatMap((line) => parsePsLine(line) ?? []);
}

/** One process. */
export function psStat(pid: number): StatOutcome {
  const text = ps(['-o', COLUMNS, '-p', String(pid)]);
  if (text !== undefined) return parsePsLine(text.trimEnd()) ?? 'unknown';
  // `ps` also fails when it finds nothing: ask the kernel which of the two it was.
  try {
    process.kill(pid, 0);
    return 'unknown';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? 'gone' : 'unknown';
  }
}

/** Program and arguments, split at spaces, which is all that `ps` gives. */
export function psCommandLine(pid: number): string[] {
  const text = ps(['-ww', '-o', 'args=', '-p', String(pid)])?.trim();
  return text === undefined || text === '' ? [] : text.split(/\s+/);
}

/** Each process's id with its command and environment in one line, separated by spaces. */
export function psEnvironments(): { readonly pid: number; readonly text: string }[] {
  const lines = ps(['-axEww', '-o', 'pid=,command='])?.split('\n') ?? [];
  return lines
    .map((line) => ({ pid: Number.parseInt(line, 10), text: `${line} ` }))
    .filter(({ pid }) => pid > 0);
}

/** Changes with every boot. */
export function psBootId(): string {
  return execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
}

/** One line of `ps` with COLUMNS. */
export function parsePsLine(line: string): ProcessStat | undefined {
  const m = LINE.exec(line);
  if (!m) return undefined;
  return {
    pid: Number(m[1]),
    ppid: Number(m[2]),
    pgid: Number(m[3]),
    // macOS shows an address here, or 0.
    session: /^\d+$/.test(m[4] as string) ? Number(m[4]) : 0,
    tpgid: Number(m[5]),
    state: (m[6] as string).charAt(0),
    startTime: Math.floor(Date.parse(m[7] as string) / 1000),
    cpuTicks: parseCpuTime(m[8] as string),
    rssBytes: Number(m[9]) * 1024,
    comm: (m[10] as string).replace(/^.*\//, ''),
  };
}

/** `[[days-]hours:]minutes:seconds[.hundredths]`. */
function parseCpuTime(text: string): number {
  const [days, clock] = text.includes('-') ? text.split('-') : ['0', text];
  const seconds = (clock ?? '0').split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Math.round((Number(days) * 86_400 + seconds) * TICKS);
}

function ps(args: readonly string[]): string | undefined {
  try {
    return execFileSync('ps', args, {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 * 2 ** 20,
    });
  } catch {
    return undefined;
  }
}
