/** Is a recorded process still the same one, and does it live? A pid alone says neither: pids are used again, zombies answer. */
import { readStat } from './process-table.ts';

export interface Identity {
  readonly pid: number;
  /** As in ProcessStat; 0 where it is not known, then only the pid can be compared. */
  readonly startTime: number;
}

/**
 * `stopped`: by SIGSTOP or a terminal. `zombie`: ended, not yet reaped. `recycled`: the pid now belongs to
 * another process. `unknown`: it could not be found out, never to be taken for dead.
 */
export type Liveness = 'alive' | 'stopped' | 'zombie' | 'gone' | 'recycled' | 'unknown';

/** How the process that was recorded fares now. */
export function livenessOf(identity: Identity): Liveness {
  const stat = readStat(identity.pid);
  if (typeof stat === 'string') return stat;
  if (identity.startTime !== 0 && stat.startTime !== identity.startTime) return 'recycled';
  switch (stat.state) {
    case 'Z':
      return 'zombie';
    case 'X':
    case 'x':
      return 'gone';
    case 'T':
      return 'stopped';
    default:
      return 'alive';
  }
}

/**
 * Does it wait where no signal reaches it? A process that started another by vfork stands so until that one runs its
 * program: where both are stopped just then, it is never told as stopped, and yet does not go on.
 */
export function isOutOfReach(pid: number): boolean {
  const stat = readStat(pid);
  return typeof stat !== 'string' && stat.state === 'D';
}

/** The identity of a process that runs now; its start time stays 0 where it cannot be read. */
export function identify(pid: number): Identity {
  const stat = readStat(pid);
  return { pid, startTime: typeof stat === 'string' ? 0 : stat.startTime };
}

/** Is there any process of this number? Costs much less than `livenessOf`: no says that the recorded one is gone, yes proves nothing. */
export function isPidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
