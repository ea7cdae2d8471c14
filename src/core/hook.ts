/** Hooks: commands of the user that run when something happens to an agent. Running them is the daemon's. */
import type { EventType } from './event.ts';
import { STATES, type State } from './state.ts';

/** The events that a hook may name besides states. */
const HOOK_EVENTS = [
  'agent.created',
  'agent.changed',
  'agent.started',
  'agent.ended',
  'agent.judged',
  'agent.adopted',
  'agent.activity',
  'agent.removed',
  'probe.changed',
  'limit.warned',
  'limit.exceeded',
  'conversation.changed',
  'conversation.conflict',
  'budget.warned',
  'budget.exceeded',
  'usage.limited',
  'alert.raised',
  'alert.escalated',
  'channel.failed',
  'worktree.made',
  'worktree.removed',
  'checkpoint.created',
  'checkpoint.failed',
  'checkpoint.restored',
  'conflict.found',
  'conflict.resolved',
  'claim.broken',
  'message.queued',
  'message.acknowledged',
  'message.dead',
  'task.started',
  'task.ended',
] as const satisfies readonly EventType[];

export type HookTrigger = State | (typeof HOOK_EVENTS)[number];

/** Everything that may stand under `on:`. A state means: an agent came into it. */
export const HOOK_TRIGGERS: readonly HookTrigger[] = [...STATES, ...HOOK_EVENTS];

export interface HookSpec {
  readonly on: readonly HookTrigger[];
  /** A glob of agents' names; null means every agent (or, in an agent's own hooks, that agent). */
  readonly agents: string | null;
  /** Run by `sh -c` with the event as JSON on its standard input. */
  readonly run: string;
  readonly timeoutMs: number;
}
