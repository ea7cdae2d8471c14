/**
 * How an agent's process can end, and how an end is told in words. An end is data, not an error:
 * what is done about it is decided by restart-policy.ts.
 */

export const END_KINDS = [
  'exited',
  'signalled',
  'oom',
  'limit',
  'auth',
  'usage-limit',
  'unhealthy',
  'timeout',
  'missing-cwd',
  'spawn-failed',
  'stopped-by-user',
  'lost',
] as const;

export type EndKind = (typeof END_KINDS)[number];

/** One end of one generation. `code` is the exit status, `signal` a name as `SIGKILL`; both null where unknown. */
export interface End {
  readonly kind: EndKind;
  readonly code: number | null;
  readonly signal: string | null;
  /** ISO 8601, UTC: when it was seen, which is at most a moment after it happened. */
  readonly at: string;
  /** More than the kind says, in words: "its working folder /x is gone". */
  readonly detail?: string;
  /** `usage-limit`: when the limit is reset (ISO 8601), where that is known. */
  readonly until?: string;
}

const SIGNALS: Readonly<Record<number, string>> = {
  1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 4: 'SIGILL', 5: 'SIGTRAP', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE',
  9: 'SIGKILL', 10: 'SIGUSR1', 11: 'SIGSEGV', 12: 'SIGUSR2', 13: 'SIGPIPE', 14: 'SIGALRM', 15: 'SIGTERM',
  24: 'SIGXCPU', 25: 'SIGXFSZ', 31: 'SIGSYS',
};

/**
 * Reads a status as the shell reports it: 128+N stands for signal N (POSIX XCU 2.8.2). A program that
 * itself exits with such a number cannot be told apart, as in every shell and in Docker.
 */
export function endFromStatus(status: number, at: string): End {
  const signal = status > 128 ? SIGNALS[status - 128] : undefined;
  return signal === undefined
    ? { kind: 'exited', code: status, signal: null, at }
    : { kind: 'signalled', code: null, signal, at };
}

/** The status that `wait` and `run` pass on: the process's own, 128+N for signal N, 1 where it is unknown. */
export function statusOfEnd(end: End | Pick<End, 'code' | 'signal'> | null): number {
  if (end === null) return 1;
  if (end.code !== null) return end.code;
  const number = Object.entries(SIGNALS).find(([, name]) => name === end.signal)?.[0];
  return number === undefined ? 1 : 128 + Number(number);
}

/** A few words for tables and reasons: `exit 1`, `SIGKILL`, `its tmux session is gone`. */
export function describeEnd(end: End): string {
  if (end.detail !== undefined) return end.detail;
  if (end.signal !== null) return end.signal;
  if (end.kind === 'exited') return end.code === null ? 'exit status unknown' : `exit ${end.code}`;
  return end.kind.replaceAll('-', ' ');
}
