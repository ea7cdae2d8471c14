/** Sends signals to processes and groups that are proven to be the recorded ones, and to nothing else. */
import { livenessOf, type Identity } from './identity.ts';
import { readStat } from './process-table.ts';

/** `not-permitted`: the system refused, or it is not ours to signal: our own process or group, pid 1, an unproven one. */
export type SignalOutcome = 'sent' | 'gone' | 'recycled' | 'not-permitted';

/** A process and the group that it leads or was put into. */
export interface GroupLeader extends Identity {
  readonly pgid: number;
}

/**
 * Signals one process after checking that it is still the recorded one. Between check and signal lies some
 * microseconds; the kernel gives a pid out again only after all others were used.
 */
export function signalProcess(identity: Identity, signal: NodeJS.Signals): SignalOutcome {
  if (!isSignallable(identity.pid) || identity.pid === process.pid) return 'not-permitted';
  const liveness = livenessOf(identity);
  switch (liveness) {
    case 'gone':
    case 'zombie':
      return 'gone';
    case 'recycled':
      return 'recycled';
    case 'unknown':
      return 'not-permitted';
    default:
      return send(identity.pid, signal);
  }
}

/**
 * Signals a whole group, if its leader is still the recorded one and in it, or, once the leader is gone, if one
 * of `marked` (processes known to be the same agent's) is in it: then the number still means the same group,
 * because the kernel does not use it again while the group has members.
 */
export function signalGroup(
  leader: GroupLeader,
  signal: NodeJS.Signals,
  marked: readonly Identity[] = [],
): SignalOutcome {
  const { pgid } = leader;
  const own = readStat(process.pid);
  if (!isSignallable(pgid) || typeof own === 'string' || own.pgid === pgid) return 'not-permitted';
  if (isMember(leader, pgid) || marked.some((one) => one.startTime !== 0 && isMember(one, pgid)))
    return send(-pgid, signal);
  const liveness = livenessOf(leader);
  if (liveness === 'recycled') return 'recycled';
  return liveness === 'gone' || liveness === 'zombie' ? 'gone' : 'not-permitted';
}

/** A zombie counts: it holds its pid and its group until it is reaped. */
function isMember(identity: Identity, pgid: number): boolean {
  const stat = readStat(identity.pid);
  if (typeof stat === 'string' || stat.pgid !== pgid) return false;
  return identity.startTime === 0 || stat.startTime === identity.startTime;
}

/** 0, 1 and negative numbers mean our own group, the system's first process, or everything. */
function isSignallable(pid: number): boolean {
  return Number.isSafeInteger(pid) && pid > 1;
}

function send(target: number, signal: NodeJS.Signals): SignalOutcome {
  try {
    process.kill(target, signal);
    return 'sent';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return 'gone';
    if (code === 'EPERM') return 'not-permitted';
    throw error;
  }
}
