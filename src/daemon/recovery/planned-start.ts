/**
 * Starts that wait for their time: a back-off in monotonic time, which no jump of the clock moves, and the reset of a
 * usage limit by the wall clock, which goes on while the machine sleeps. What is waited for is stored, so that a next
 * daemon waits on (Aftermath.waitOn).
 */
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';

/** The wall clock is looked at this often: timers do not count while a machine is suspended. */
const LOOK_EVERY_MS = 30_000;

/** Runs `start` after `delayMs`, at once for 0, unless `agent.cancelRestart` is called before. */
export function startAfter(registry: Registry, agent: ManagedAgent, delayMs: number, start: () => void): void {
  if (delayMs === 0) return start();
  const startsAt = new Date(registry.clock.now().getTime() + delayMs).toISOString();
  registry.patch(agent, { startsAt });
  agent.cancelRestart = registry.clock.after(delayMs, () => begin(registry, agent, start));
}

/** Runs `start` once the wall clock says `until`. */
export function startAt(registry: Registry, agent: ManagedAgent, until: string, start: () => void): void {
  const { clock } = registry;
  registry.patch(agent, { startsAt: until, parked: true });
  const look = (): void => {
    const leftMs = Date.parse(until) - clock.now().getTime();
    if (leftMs <= 0) return begin(registry, agent, start);
    agent.cancelRestart = clock.after(Math.min(leftMs, LOOK_EVERY_MS), look);
  };
  look();
}

function begin(registry: Registry, agent: ManagedAgent, start: () => void): void {
  agent.cancelRestart = null;
  registry.patch(agent, { startsAt: null });
  start();
}
