/**
 * What a new daemon makes of each agent it finds in the state: a pure decision from the record and what tmux, the
 * wrapper's journal and the process table say. Carrying it out is daemon.ts.
 */
import { endFromStatus, type End } from '../core/end.ts';
import { isLive } from '../core/state.ts';
import type { WrapperReport } from '../core/wrapper-report.ts';
import type { Liveness } from '../system/identity.ts';
import type { AgentRecord, RunningProcess } from './managed-agent.ts';

export interface Witnesses {
  readonly record: AgentRecord;
  readonly journal: readonly WrapperReport[];
  /** The agent's main pane in tmux, null where there is no such session, undefined where tmux could not be asked. */
  readonly pane: { readonly id: string; readonly wrapperPid: number; readonly wrapperLives: boolean } | null | undefined;
  readonly livenessOf: (identity: { pid: number; startTime: number }) => Liveness;
  /** The start time of the process that the journal names, where it still bears this start's mark; else undefined. */
  readonly startTimeOf: (pid: number, generation: number) => number | undefined;
  readonly bootId: string;
  /** The machine was started anew since muxward last ran. */
  readonly rebooted: boolean;
  readonly now: string;
}

export type Recovery =
  /** Nothing runs and nothing should. */
  | { readonly kind: 'leave' }
  /** It cannot be known now: look again later, touch nothing. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'adopt'; readonly process: RunningProcess }
  /** It ended while nobody listened: the policy judges it, once. */
  | { readonly kind: 'ended'; readonly generation: number; readonly end: End }
  /** The last daemon had it run again and could not store that: look again, at this generation. */
  | { readonly kind: 'ran-on'; readonly generation: number }
  /** It was meant to start, and had not. */
  | { readonly kind: 'launch' }
  /** Its end was judged already: it starts when its back-off is over, or its limit is reset. */
  | { readonly kind: 'waits' }
  /** The machine was started anew since: no crash. */
  | { readonly kind: 'rebooted' };

export function recover(witnesses: Witnesses): Recovery {
  const { record, pane, bootId } = witnesses;
  if (!isLive(record.state)) return { kind: 'leave' };
  if (witnesses.rebooted || (record.process !== null && record.process.bootId !== bootId)) return { kind: 'rebooted' };
  const newest = Math.max(record.generation, ...witnesses.journal.map(({ generation }) => generation));
  if (newest > record.generation) return { kind: 'ran-on', generation: newest };
  if (record.state === 'spawning' && record.exit !== null && record.process === null) return { kind: 'waits' };
  const reports = witnesses.journal.filter(({ generation }) => generation === record.generation);
  const end = reports.findLast(({ kind }) => kind !== 'started');
  if (end) return { kind: 'ended', generation: record.generation, end: endOf(end, witnesses.now) };
  const process = latestProcess(reports, witnesses);
  if (process === null) return pane === undefined ? { kind: 'unknown' } : { kind: 'launch' };
  switch (witnesses.livenessOf(process)) {
    case 'alive':
    case 'stopped':
      return { kind: 'adopt', process };
    case 'unknown':
      return { kind: 'unknown' };
    case 'zombie':
    case 'gone':
    case 'recycled':
      return pane?.wrapperLives ? { kind: 'unknown' } : { kind: 'ended', generation: record.generation, end: unseen(witnesses) };
  }
}

/** No process has it: what has that pid now is not the one that was started. */
const ANOTHERS = -1;

/** What the wrapper wrote last is newer than what the daemon could store. */
function latestProcess(reports: readonly WrapperReport[], { record, bootId, now, startTimeOf }: Witnesses): RunningProcess | null {
  const started = reports.findLast((report) => report.kind === 'started');
  if (started === undefined || started.kind !== 'started') return record.process;
  if (record.process?.pid === started.pid && record.process.generation === started.generation) return record.process;
  const { pid, generation } = started;
  const startTime = started.startTime === 0 ? (startTimeOf(pid, generation) ?? ANOTHERS) : started.startTime;
  return { pid, startTime, pgid: pid, generation, startedAt: now, bootId };
}

function endOf(report: WrapperReport, at: string): End {
  if (report.kind === 'ended') return endFromStatus(report.status, at);
  const missing = report.kind === 'failed' && report.why === 'missing-cwd';
  return missing
    ? { kind: 'missing-cwd', code: null, signal: null, at, detail: 'its working folder is gone' }
    : { kind: 'spawn-failed', code: 127, signal: null, at, detail: 'its program is gone' };
}

function unseen({ pane, now }: Witnesses): End {
  const detail = pane === null ? 'its tmux session is gone' : 'exit unobserved';
  return { kind: 'lost', code: null, signal: null, at: now, detail };
}
