/** Whom the loss of a tmux server has hit, and when it is over. */
import { isLive } from '../../core/state.ts';
import type { Registry } from '../registry.ts';

/** An agent that ended so shortly before the tmux server was found dead ended with it. */
const LOST_TOGETHER_MS = 10_000;

export function agentsHit(registry: Registry): string[] {
  const wallMs = registry.clock.now().getTime();
  const endedJustNow = (at: string | undefined): boolean => at !== undefined && wallMs - Date.parse(at) < LOST_TOGETHER_MS;
  return registry.all().flatMap(({ spec, record }) => (isLive(record.state) || endedJustNow(record.exit?.at) ? [spec.name] : []));
}

/** Every agent runs again, or is down for good. */
export function isSettled(registry: Registry, agents: readonly string[]): boolean {
  return agents.every((name) => {
    const agent = registry.find(name);
    return agent === undefined || !isLive(agent.record.state) || agent.record.process !== null;
  });
}
