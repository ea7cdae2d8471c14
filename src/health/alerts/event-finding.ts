/** Events become findings, for the rules that name them. Pure. */
import type { AlertRule } from '../../core/alert-rules.ts';
import type { EventType, MuxwardEvent } from '../../core/event.ts';
import { matchesGlob } from '../../core/selector.ts';
import { namesInWords, type Finding } from './open-alert.ts';

/** Events that say that what another one said is over: which rule's alert they end. */
const ENDED_BY: Partial<Record<EventType, { readonly rule: string; readonly words: string }>> = {
  'tmux.restored': { rule: 'tmux-unreachable', words: 'tmux answers again' },
};

/** Rules whose alerts end by themselves: the daemon sees when, or an event says so. */
const ENDS_BY_ITSELF = new Set(['tmux-lost', 'channel-failed', ...Object.values(ENDED_BY).map(({ rule }) => rule)]);

/** The alert that this event ends, by its key, and how that is said. */
export function endedBy({ type, agent }: MuxwardEvent): { readonly key: string; readonly words: string } | null {
  const end = ENDED_BY[type];
  return end === undefined ? null : { key: `${end.rule}|${agent ?? ''}`, words: agent === null ? end.words : `${agent} ${end.words}` };
}

/** What the rule finds in the event. `hit`: agents that an event of no agent has hit. */
export function findingOf(rule: AlertRule, event: MuxwardEvent, hit: readonly string[]): Finding | null {
  if (rule.condition.kind !== 'event' || rule.condition.type !== event.type) return null;
  if (rule.agents !== null && (event.agent === null || !matchesGlob(rule.agents, event.agent))) return null;
  const agents = event.agent === null ? hit : [event.agent];
  return {
    key: `${rule.name}|${event.type === 'channel.failed' ? channelSubject(event.data.channel) : (event.agent ?? '')}`,
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

function sayEvent(event: MuxwardEvent, hit: readonly string[]): string {
  switch (event.type) {
    case 'tmux.lost':
      return `the tmux server was lost with ${event.data.agents} ${event.data.agents === 1 ? 'agent' : 'agents'}${hit.length === 0 ? '' : `: ${namesInWords(hit)}`}`;
    case 'tmux.failed':
      return `tmux cannot be reached: ${event.data.message}`;
    case 'machine.rebooted':
      return `the machine was started anew under ${event.data.agents} agents, ${event.data.broughtBack} were brought back${event.data.broughtBack < event.data.agents ? '; the others: muxward start --lost' : ''}`;
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
  const plain = entries.filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  return plain.length === 0 ? '' : `: ${plain.map(([key, value]) => `${key} ${String(value)}`).join(', ')}`;
}
