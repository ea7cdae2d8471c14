/** What a monitor makes of two looks at its agents: which alerts are due. Pure. */
import type { Agent } from '../core/agent.ts';
import type { Alert } from '../core/protocol.ts';
import { isRunning } from '../core/state.ts';
import { formatSize } from '../core/units.ts';

export type AlertDraft = Pick<Alert, 'severity' | 'agent' | 'message'>;

/** What is remembered of an agent between two looks. */
export interface Remembered {
  readonly restarts: number;
  readonly generation: number;
  readonly failed: boolean;
  readonly overMemory: boolean;
  readonly unhealthy: boolean;
}

/** Below this share of its limit an agent counts as recovered, so that one at its limit does not alert every second. */
const RECOVERED_SHARE = 0.9;

/** Alerts for one agent, given what was known of it. `before` undefined: it is new, and only what is wrong now is told. */
export function alertsOf(before: Remembered | undefined, agent: Agent): AlertDraft[] {
  const now = remember(before, agent);
  const was = before ?? { restarts: agent.restarts, generation: agent.generation, failed: false, overMemory: false, unhealthy: false };
  const { name } = agent;
  const alerts: AlertDraft[] = [];
  const raise = (severity: AlertDraft['severity'], message: string): void => void alerts.push({ severity, agent: name, message });
  if (now.failed && !was.failed) raise('critical', failureMessage(agent));
  if (was.failed && !now.failed && isRunning(agent.state)) raise('recovery', `${name} runs again`);
  if (now.restarts > was.restarts && !now.failed) raise('warning', `${name} ended and was started again (${now.restarts} so far)`);
  if (now.overMemory && !was.overMemory) raise('warning', memoryMessage(agent));
  if (was.overMemory && !now.overMemory && isRunning(agent.state)) raise('recovery', `${name} is within its memory limit again`);
  if (now.unhealthy && !was.unhealthy) raise('warning', `${name} is unhealthy: ${agent.health.failures} probes in a row failed`);
  if (was.unhealthy && !now.unhealthy && agent.health.status === 'healthy') raise('recovery', `${name} is healthy again`);
  return alerts;
}

/** What to remember for the next look. */
export function remember(before: Remembered | undefined, agent: Agent): Remembered {
  const { restarts, generation, state, limits, resources, health } = agent;
  const limit = limits.memoryBytes;
  const threshold = limit === null ? null : before?.overMemory ? limit * RECOVERED_SHARE : limit;
  const overMemory = threshold !== null && resources !== null && resources.rssBytes > threshold;
  // While a failed agent is being started again, it has not recovered yet.
  const failed = state === 'failed' || (before?.failed === true && !isRunning(state) && state !== 'terminated');
  return { restarts, generation, failed, overMemory, unhealthy: health.status === 'unhealthy' };
}

function failureMessage({ name, reason }: Agent): string {
  return / times in /.test(reason) ? `${name} is in a crash loop: ${reason}` : `${name} failed: ${reason}`;
}

function memoryMessage({ name, resources, limits }: Agent): string {
  return `${name} uses ${formatSize(resources?.rssBytes ?? 0)}, above its limit of ${formatSize(limits.memoryBytes ?? 0)}`;
}
