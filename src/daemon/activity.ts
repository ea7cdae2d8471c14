/** The one way to change what an agent is known to do: its state follows, and an event tells who listens. */
import type { Activity } from '../core/activity.ts';
import { isRunning, nextState, type Trigger } from '../core/state.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';

const NOT_KNOWN = 'what it does is not known';

/** It runs and has nothing to do, as far as that can be known. */
export function isAtRest({ spec, record, activity }: ManagedAgent): boolean {
  const { status, source } = activity;
  if (record.state !== 'ready') return false;
  // A turn that failed is rest too, if no good one; of what nobody understands, running is all that can be waited for.
  return status === 'idle' || status === 'error' || (!spec.headless && status === 'unknown' && source === 'none');
}

/** Nothing changes of an agent that does not run. */
export function setActivity(registry: Registry, agent: ManagedAgent, activity: Activity): void {
  const { record, activity: before } = agent;
  if (!isRunning(record.state)) return;
  const isOther = before.status !== activity.status || (activity.status === 'waiting' && before.detail !== activity.detail);
  agent.activity = activity;
  follow(registry, agent);
  if (!isOther) return;
  const { status, detail = null, evidence } = activity;
  registry.emit('agent.activity', agent.spec.name, { status, detail, evidence });
  registry.notice();
}

/** The state that its activity stands for. Where the table knows no way there, as from `paused`, it stays. */
function follow(registry: Registry, agent: ManagedAgent): void {
  const meant = triggerOf(agent.activity);
  if (meant === null) return;
  const [trigger, reason] = meant;
  const { state, reason: said } = agent.record;
  const to = nextState(state, trigger);
  if (to !== undefined && (to !== state || (said !== reason && (trigger === 'asks' || said === NOT_KNOWN)))) registry.move(agent, trigger, reason);
}

function triggerOf({ status, detail, source }: Activity): readonly [Trigger, string] | null {
  switch (status) {
    case 'working':
      return ['busy', 'works'];
    case 'waiting':
      return ['asks', `asks "${detail ?? ''}"`];
    case 'idle':
      return ['idle', 'has nothing to do'];
    case 'error':
      return ['idle', `its last turn failed: ${detail ?? 'no reason is known'}`];
    case 'limited':
      return ['idle', `may not work: ${detail ?? 'a usage limit is reached'}`];
    case 'unknown':
      // A screen that is looked at and not understood asks nothing that anybody could answer.
      return source === 'screen' ? ['idle', NOT_KNOWN] : null;
  }
}
