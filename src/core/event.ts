/** The typed events of the audit trail: what happened to which agent, in the past tense. */
import type { Activity } from './activity.ts';
import type { Severity } from './alert.ts';
import type { CheckpointTrigger, RollbackPart } from './checkpoint.ts';
import type { ConflictKind } from './conflict.ts';
import type { End } from './end.ts';
import type { LimitAction, LimitName } from './limits.ts';
import type { CheckName, HealthStatus } from './health.ts';
import type { DeathCause, Priority } from './message.ts';
import type { Judgement } from './recovery.ts';
import type { State } from './state.ts';
import type { TaskState } from './task.ts';

/** What each type of event carries. */
export interface EventData {
  'agent.created': { readonly type: string };
  'agent.changed': { readonly from: State; readonly to: State; readonly reason: string };
  'agent.started': { readonly pid: number; readonly generation: number };
  'agent.ended': { readonly generation: number; readonly end: End };
  'agent.judged': { readonly action: Judgement['action']; readonly reason: string };
  'agent.adopted': { readonly pid: number; readonly generation: number };
  'agent.activity': { readonly status: Activity['status']; readonly detail: string | null; readonly evidence: string };
  'agent.typed': { readonly bytes: number };
  /** `rule`: what answered without the user, null where the user did. `tool` is null for a dialog of its own. */
  'agent.answered': { readonly tool: string | null; readonly answer: string; readonly rule: string | null };
  'agent.removed': Record<never, never>;
  /** Its health as a whole; `check` is the one that decided. */
  'probe.changed': { readonly from: HealthStatus; readonly to: HealthStatus; readonly check: CheckName | null; readonly reason: string | null };
  /** `used` and `allowed` in the limit's unit: bytes, cores, milliseconds, processes. */
  'limit.warned': { readonly limit: LimitName; readonly used: number; readonly allowed: number };
  'limit.exceeded': { readonly limit: LimitName; readonly used: number; readonly allowed: number; readonly action: LimitAction };
  /** It is in another conversation from now on: `/clear`, or a fork. */
  'conversation.changed': { readonly from: string | null; readonly to: string };
  /** Another process is in the agent's conversation, too. */
  'conversation.conflict': { readonly sessionId: string; readonly pid: number };
  'budget.warned': { readonly budgetUsd: number; readonly spentUsd: number };
  'budget.exceeded': { readonly budgetUsd: number; readonly spentUsd: number };
  /** The account's usage limit is reached; it goes on at that time. */
  'usage.limited': { readonly until: string; readonly message: string };
  'alert.raised': { readonly id: string; readonly severity: Severity; readonly message: string; readonly rule: string };
  'alert.escalated': { readonly id: string; readonly severity: Severity; readonly message: string; readonly rule: string };
  'alert.acknowledged': { readonly id: string };
  /** A channel could not be told in spite of all attempts. */
  'channel.failed': { readonly channel: string; readonly message: string };
  'checkpoint.created': { readonly id: string; readonly trigger: CheckpointTrigger; readonly bytes: number; readonly notes: readonly string[] };
  'checkpoint.failed': { readonly trigger: CheckpointTrigger; readonly message: string };
  'checkpoint.restored': { readonly id: string; readonly undone: string | null; readonly part: RollbackPart };
  'checkpoint.pruned': { readonly count: number; readonly freedBytes: number };
  'hook.failed': { readonly command: string; readonly message: string };
  'worktree.made': { readonly path: string; readonly branch: string };
  /** `saved`: the ref that holds what was in no other place. */
  'worktree.removed': { readonly path: string; readonly branch: string; readonly saved: string | null };
  'conflict.found': { readonly id: string; readonly kind: ConflictKind; readonly agents: readonly string[]; readonly files: readonly string[] };
  'conflict.resolved': { readonly id: string; readonly kind: ConflictKind; readonly agents: readonly string[] };
  /** `claimant` claims `path`, from its folder; `by` is null where it is not known who changed it. */
  'claim.broken': { readonly path: string; readonly claimant: string; readonly by: string | null };
  /** No event holds what a message says. `agent` is its recipient, null where that is the user. */
  'message.queued': { readonly id: string; readonly from: string; readonly to: string; readonly type: string; readonly priority: Priority; readonly topic: string | null; readonly bytes: number };
  'message.acknowledged': { readonly id: string; readonly from: string };
  'message.dead': { readonly id: string; readonly from: string; readonly to: string; readonly cause: DeathCause };
  /** Of the agent whose task it is; of nobody where it is no agent's. */
  'task.submitted': { readonly id: string; readonly description: string };
  'task.started': { readonly id: string; readonly attempt: number };
  'task.progress': { readonly id: string; readonly percent: number; readonly step: string | null };
  /** `state` is `pending` where it is tried again. */
  'task.ended': { readonly id: string; readonly state: TaskState; readonly reason: string };
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

/** Every type of event, for those that name one: rules of alerts. */
export const EVENT_TYPES: Readonly<Record<EventType, true>> = {
  'agent.created': true,
  'agent.changed': true,
  'agent.started': true,
  'agent.ended': true,
  'agent.judged': true,
  'agent.adopted': true,
  'agent.activity': true,
  'agent.typed': true,
  'agent.answered': true,
  'agent.removed': true,
  'probe.changed': true,
  'limit.warned': true,
  'limit.exceeded': true,
  'conversation.changed': true,
  'conversation.conflict': true,
  'budget.warned': true,
  'budget.exceeded': true,
  'usage.limited': true,
  'alert.raised': true,
  'alert.escalated': true,
  'alert.acknowledged': true,
  'channel.failed': true,
  'checkpoint.created': true,
  'checkpoint.failed': true,
  'checkpoint.restored': true,
  'checkpoint.pruned': true,
  'hook.failed': true,
  'daemon.started': true,
  'daemon.stopped': true,
  'tmux.lost': true,
  'tmux.failed': true,
  'tmux.restored': true,
  'machine.rebooted': true,
  'worktree.made': true,
  'worktree.removed': true,
  'conflict.found': true,
  'conflict.resolved': true,
  'claim.broken': true,
  'message.queued': true,
  'message.acknowledged': true,
  'message.dead': true,
  'task.submitted': true,
  'task.started': true,
  'task.progress': true,
  'task.ended': true,
};

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
