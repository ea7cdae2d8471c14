/**
 * What follows when the machine failed an agent and not the agent itself: its tmux server died under it, or it could
 * not even be started. Such an end spends nothing of what the agent's own crashes may spend (as Nomad reschedules a
 * lost allocation without counting an attempt), so that three deaths of tmux are no crash loop.
 */
import { describeEnd, type End } from './end.ts';
import { backOffMs, type RestartMemory, type RestartSettings, type Verdict } from './restart-policy.ts';

/** `server-lost`: it ran, on a tmux server that died. `not-started`: the machine was short of something. */
export type Outage = 'server-lost' | 'not-started';

/** The verdict on an end by an outage. `random` in [0, 1) spreads retries. */
export function judgeOutage(outage: Outage, settings: RestartSettings, memory: RestartMemory, end: End, random: number): Verdict {
  const what = describeEnd(end);
  if (settings.policy === 'no') return { action: 'give-up', reason: `${what}, and restart is "no"` };
  switch (outage) {
    case 'server-lost':
      // How many start at once is bounded where they are started.
      return { action: 'restart', delayMs: 0, reason: `${what}, restarts in its turn`, memory };
    case 'not-started': {
      const inARow = memory.inARow + 1;
      const delayMs = backOffMs(settings, inARow, random);
      return { action: 'restart', delayMs, reason: `${what}, tried again in ${delayMs} ms`, memory: { ...memory, inARow } };
    }
  }
}
