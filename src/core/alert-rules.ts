/** The rules of alerts: those that muxward brings, and how the user's own look. What a condition means is alert-condition.ts. */
import type { AgentAlertRule, Escalation, RuleSeverity } from './alert.ts';
import { parseCondition, type Condition } from './alert-condition.ts';

export interface AlertRule extends AgentAlertRule {
  readonly condition: Condition;
  /** A glob of agents' names; null means every one. */
  readonly agents: string | null;
  /** Names of channels; null means those that all alerts go to. */
  readonly channels: readonly string[] | null;
  /** Null means that of all alerts. */
  readonly escalate: Escalation | null;
  /** `built-in`, file and line, or the agent that brings it. */
  readonly origin: string;
}

const BUILT_IN: readonly (readonly [name: string, when: string, severity: RuleSeverity])[] = [
  ['gave-up', 'state is failed', 'critical'],
  ['unhealthy', 'health is unhealthy', 'warning'],
  ['restarted-often', 'restarts > 2 in 10m', 'warning'],
  ['waiting', 'activity is waiting for 10m', 'warning'],
  ['turn-failed', 'activity is error', 'warning'],
  ['usage-limit', 'activity is limited', 'warning'],
  ['memory-growth', 'growth > 5MB', 'warning'],
  ['disk-full', 'disk > 95%', 'critical'],
  ['tmux-lost', 'event tmux.lost', 'critical'],
  ['tmux-unreachable', 'event tmux.failed', 'critical'],
  ['rebooted', 'event machine.rebooted', 'warning'],
  ['limit-near', 'event limit.warned', 'warning'],
  ['limit-exceeded', 'event limit.exceeded', 'critical'],
  ['budget-near', 'event budget.warned', 'warning'],
  ['budget-exceeded', 'event budget.exceeded', 'critical'],
  ['conflict', 'event conflict.found', 'warning'],
  ['claim-broken', 'event claim.broken', 'warning'],
  ['conversation-conflict', 'event conversation.conflict', 'warning'],
  ['checkpoint-failed', 'event checkpoint.failed', 'warning'],
  ['hook-failed', 'event hook.failed', 'warning'],
  ['channel-failed', 'event channel.failed', 'warning'],
];

export const BUILT_IN_RULES: readonly AlertRule[] = BUILT_IN.map(([name, when, severity]) => ({
  name,
  when,
  severity,
  condition: parseCondition(when),
  agents: null,
  channels: null,
  escalate: null,
  origin: 'built-in',
}));

/** Names that rules of the user cannot have: these alerts are no rule's. */
export const RESERVED_RULE_NAMES: readonly string[] = [...BUILT_IN.map(([name]) => name), 'test', 'manual'];
