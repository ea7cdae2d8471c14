/** One event of the audit trail as a line for people. Pure. */
import { describeEnd } from '../../core/end.ts';
import type { MuxwardEvent } from '../../core/event.ts';
import { limitAmount } from '../../core/limit-amount.ts';
import { localTime } from './local-time.ts';
import type { Palette } from './palette.ts';
import { safeLine } from './safe-text.ts';

/** `12:04:31  web  executing → failed: exit 1, 4 times in 30 s`; the date where `nowMs` is on another day. */
export function eventLine(event: MuxwardEvent, palette: Palette, nowMs: number): string {
  const subject = event.agent ?? 'muxward';
  return `${palette.faint(localTime(event.at, nowMs))}  ${palette.strong(subject)}  ${safeLine(describe(event))}`;
}

function describe(event: MuxwardEvent): string {
  switch (event.type) {
    case 'agent.created':
      return `created as ${event.data.type}`;
    case 'agent.changed':
      return `${event.data.from} → ${event.data.to}${event.data.reason === '' ? '' : `: ${event.data.reason}`}`;
    case 'agent.started':
      return `started, pid ${event.data.pid}, run ${event.data.generation}`;
    case 'agent.ended':
      return `ended: ${describeEnd(event.data.end)}`;
    case 'agent.judged':
      return `${event.data.action}: ${event.data.reason}`;
    case 'agent.adopted':
      return `found running, pid ${event.data.pid}, run ${event.data.generation}`;
    case 'agent.activity':
      return `${event.data.status}${event.data.detail === null ? '' : `: ${event.data.detail}`} (${event.data.evidence})`;
    case 'agent.typed':
      return `${event.data.bytes} bytes were typed`;
    case 'agent.answered':
      return `${event.data.tool ?? 'dialog'}: ${event.data.answer}${event.data.rule === null ? '' : ` (by the rule ${event.data.rule})`}`;
    case 'agent.removed':
      return 'removed';
    case 'limit.warned':
      return `near its limit of ${limitAmount(event.data.limit, event.data.allowed)}: ${limitAmount(event.data.limit, event.data.used)}`;
    case 'limit.exceeded':
      return `above its limit of ${limitAmount(event.data.limit, event.data.allowed)}: ${limitAmount(event.data.limit, event.data.used)} (${event.data.action})`;
    case 'probe.changed':
      return `${event.data.from} → ${event.data.to}${event.data.reason === null ? '' : `: ${event.data.reason}`}`;
    case 'conversation.changed':
      return `is in another conversation: ${event.data.to}`;
    case 'conversation.conflict':
      return `process ${event.data.pid} is in its conversation ${event.data.sessionId}, too`;
    case 'budget.warned':
      return `has spent $${event.data.spentUsd.toFixed(4)} of its budget of $${event.data.budgetUsd}`;
    case 'budget.exceeded':
      return `has spent its budget of $${event.data.budgetUsd} ($${event.data.spentUsd.toFixed(4)})`;
    case 'usage.limited':
      return `usage limit until ${event.data.until}: ${event.data.message}`;
    case 'alert.raised':
      return `${event.data.severity}: ${event.data.message}`;
    case 'alert.escalated':
      return `nobody acknowledged: ${event.data.severity}: ${event.data.message}`;
    case 'alert.acknowledged':
      return `alert ${event.data.id} acknowledged`;
    case 'channel.failed':
      return `channel ${event.data.channel} could not be told: ${event.data.message}`;
    case 'checkpoint.created':
      return `checkpoint ${event.data.id} (${event.data.trigger})${event.data.notes.length === 0 ? '' : `, with ${event.data.notes.length} notes`}`;
    case 'checkpoint.failed':
      return `no checkpoint (${event.data.trigger}): ${event.data.message}`;
    case 'checkpoint.restored':
      return `rolled back to ${event.data.id}${event.data.part === 'both' ? '' : ` (${event.data.part} only)`}`;
    case 'checkpoint.pruned':
      return `${event.data.count} old checkpoints removed`;
    case 'claim.broken':
      return `claims ${event.data.path}, which ${event.data.by ?? 'somebody else'} changed`;
    case 'message.queued':
      return `${event.data.id} of ${event.data.from} is in ${event.data.to === 'user' ? 'your' : 'its'} inbox (${event.data.priority}${event.data.topic === null ? '' : `, on ${event.data.topic}`})`;
    case 'message.acknowledged':
      return `acknowledged ${event.data.id} of ${event.data.from}`;
    case 'message.dead':
      return `${event.data.id} of ${event.data.from} is dead: ${event.data.cause === 'expired' ? 'nobody read it in time' : 'its recipient was removed'}`;
    case 'task.submitted':
      return `${event.data.id} submitted: ${event.data.description}`;
    case 'task.started':
      return `${event.data.id} started${event.data.attempt === 1 ? '' : `, attempt ${event.data.attempt}`}`;
    case 'task.progress':
      return `${event.data.id} ${Math.round(event.data.percent)} %${event.data.step === null ? '' : ` ${event.data.step}`}`;
    case 'task.ended':
      return `${event.data.id} ${event.data.state}: ${event.data.reason}`;
    case 'hook.failed':
      return `hook failed (${event.data.command}): ${event.data.message}`;
    case 'daemon.started':
      return `daemon ${event.data.version} started, pid ${event.data.pid}`;
    case 'daemon.stopped':
      return `daemon stopped: ${event.data.reason}`;
    case 'tmux.lost':
      return `the tmux server died under ${event.data.agents} agents`;
    case 'tmux.failed':
      return `tmux cannot be reached, and is tried again: ${event.data.message}`;
    case 'tmux.restored':
      return 'tmux can be reached again';
    case 'machine.rebooted':
      return `the machine was started anew; ${event.data.agents} agents ran before, ${event.data.broughtBack} are brought back`;
    default:
      // A newer daemon may know events that this command does not.
      return (event as { type: string }).type;
  }
}
