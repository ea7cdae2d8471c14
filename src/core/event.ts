/** The typed events of the audit trail: what happened to which agent, in the past tense. */
import type { End } from './end.ts';
import type { CheckName, HealthStatus } from './health.ts';
import type { Verdict } from './restart-policy.ts';
import type { State } from './state.ts';

/** What each type of event carries. */
export interface EventData {
  'agent.created': { readonly type: string };
  'agent.changed': { readonly from: State; readonly to: State; readonly reason: string };
  'agent.started': { readonly pid: number; readonly generation: number };
  'agent.ended': { readonly generation: number; readonly end: End };
  'agent.judged': { readonly action: Verdict['action']; readonly reason: string };
  'agent.adopted': { readonly pid: number; readonly generation: number };
  'agent.typed': { readonly bytes: number };
  'agent.removed': Record<never, never>;
  /** Its health as a whole; `check` is the one that decided. */
  'probe.changed': { readonly from: HealthStatus; readonly to: HealthStatus; readonly check: CheckName | null; readonly reason: string | null };
  'alert.raised': { readonly id: string; readonly severity: 'warning' | 'critical' | 'recovery'; readonly message: string };
  'hook.failed': { readonly command: string; readonly message: string };
  'daemon.started': { readonly pid: number; readonly version: string };
  'daemon.stopped': { readonly reason: string };
  /** The tmux server died under so many agents. */
  'tmux.lost': { readonly agents: number };
  /** tmux cannot be reached; told once, until it is restored. */
  'tmux.failed': { readonly message: string };
  'tmux.restored': Record<never, never>;
  /** The first look after the machine was started anew: how many agents had run, and how many were started by themselves. */
  'machine.rebooted': { readonly agents: number; readonly broughtBack: number };
}

export type EventType = keyof EventData;

/** One line of `events --json`. `seq` grows by one; `agent` is null for events of the daemon itself. */
export type MuxwardEvent = {
  [T in EventType]: {
    readonly seq: number;
    readonly at: string;
    readonly type: T;
    readonly agent: string | null;
    readonly data: EventData[T];
  };
}[EventType];
