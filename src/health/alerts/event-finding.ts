/** Events become findings, for the rules that name them. Pure. */
import type { AlertRule } from '../../core/alert-rules.ts';
import type { EventType, MuxwardEvent } from '../../core/event.ts';
import { limitAmount } from '../../core/limit-amount.ts';
import { matchesGlob } from '../../core/selector.ts';
import { namesInWords, type Finding } from './open-alert.ts';

/** Events that say that what another one said is over: which rule's alert they end. */
const ENDED_BY: Partial<Record<EventType, { readonly rule: string; readonly words: string }>> = {
  'conflict.resolved': { rule: 'conflict', words: 'the conflict is resolved' },
  'tmux.restored': { rule: 'tmux-unreachable', words: 'tmux answers again' },
};

/** Rules whose alerts end by themselves: the daemon sees when, or an event says so. */
const ENDS_BY_ITSELF = new Set(['tmux-lost', 'channel-failed', ...Object.values(ENDED_BY).map(({ rule }) => rule)]);

/** The alert that this event ends, by its key, and how that is said. */
export function endedBy(event: MuxwardEvent): { readonly key: string; readonly words: string } | null {
  const end = ENDED_BY[event.type];
  return end === undefined ? null : { key: `${end.rule}|${subjectOf(event)}`, words: end.words };
}

/** What the rule finds in the event. `hit`: agents that an event of no agent has hit. */
export function findingOf(rule: AlertRule, event: MuxwardEvent, hit: readonly string[]): Finding | null {
  if (rule.condition.kind !== 'event' || rule.condition.type !== event.type) return null;
  if (rule.agents !== null && (event.agent === null || !matchesGlob(rule.agents, event.agent))) return null;
  const agents = event.agent === null ? [...hit, ...agentsIn(event.data)] : [event.agent];
  return {
    key: `${rule.name}|${subjectOf(event)}`,
    rule: rule.name,
    severity: rule.severity,
    agents,
    message: sayEvent(event, hit),
    sticky: !ENDS_BY_ITSELF.has(rule.name),
  };
}

/** Stands in a finding's key where otherwise an agent's name does; no agent can be called so. */
export function channelSubject(channel: string): string {
  return `channel ${channel}`;
}

/** The agent; where it is about none, what else tells one from another of its kind. */
function subjectOf({ type, agent, data }: MuxwardEvent): string {
  if (type === 'channel.failed') return channelSubject(data.channel);
  if (agent !== null) return agent;
  return 'id' in data && typeof data.id === 'string' ? `id ${data.id}` : '';
}

/** Events about several agents name them. */
function agentsIn(data: object): string[] {
  const named: unknown = 'agents' in data ? data.agents : null;
  return Array.isArray(named) ? named.map(String) : [];
}

function sayEvent(event: MuxwardEvent, hit: readonly string[]): string {
  switch (event.type) {
    case 'tmux.lost':
      return `the tmux server was lost with ${event.data.agents} ${event.data.agents === 1 ? 'agent' : 'agents'}${hit.length === 0 ? '' : `: ${namesInWords(hit)}`}`;
    case 'tmux.failed':
      return `tmux cannot be reached: ${event.data.message}`;
    case 'machine.rebooted':
      return `the machine was started anew under ${event.data.agents} agents, ${event.data.broughtBack} were brought back${event.data.broughtBack < event.data.agents ? '; the others: muxward start --lost' : ''}`;
    case 'budget.warned':
      return `${event.agent ?? 'all agents together'} spent $${event.data.spentUsd.toFixed(2)} of a budget of $${event.data.budgetUsd.toFixed(2)}`;
    case 'budget.exceeded':
      return `${event.agent ?? 'all agents together'} spent $${event.data.spentUsd.toFixed(2)}, above the budget of $${event.data.budgetUsd.toFixed(2)}`;
    case 'limit.warned':
      return `${event.agent ?? 'an agent'} is near its limit of ${limitAmount(event.data.limit, event.data.allowed)}: ${limitAmount(event.data.limit, event.data.used)}`;
    case 'limit.exceeded':
      return `${event.agent ?? 'an agent'} is above its limit of ${limitAmount(event.data.limit, event.data.allowed)}: ${limitAmount(event.data.limit, event.data.used)} (${event.data.action})`;
    case 'claim.broken':
      return `${event.data.by ?? 'somebody else'} changed ${event.data.path}, which ${event.data.claimant} claims`;
    case 'hook.failed':
      return `${event.agent === null ? '' : `${event.agent}: `}a hook failed: ${event.data.message}`;
    case 'channel.failed':
      return `channel ${event.data.channel} could not be told: ${event.data.message}`;
    default:
      return `${event.agent === null ? '' : `${event.agent}: `}${event.type.replace('.', ' ').replaceAll('-', ' ')}${dataInWords(event.data)}`;
  }
}

/** What most events carry to be read by people, else their plain values. */
function dataInWords(data: object): string {
  const entries = Object.entries(data) as [string, unknown][];
  const said = entries.find(([key, value]) => ['message', 'reason', 'detail'].includes(key) && typeof value === 'string' && value !== '');
  if (said) return `: ${String(said[1])}`;
  const plain = entries.flatMap(([key, value]) => (plainly(value) === '' ? [] : [`${key} ${plainly(value)}`]));
  return plain.length === 0 ? '' : `: ${plain.join(', ')}`;
}

/** A value, or a list of them; empty for what is no text to be read. */
function plainly(value: unknown): string {
  if (Array.isArray(value)) return namesInWords(value.map(String));
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
