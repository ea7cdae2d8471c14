/**
 * Was it the kernel, for want of memory? The agent's own cgroup knows, where it has one. Otherwise it was, where a
 * SIGKILL came that nobody here sent, just when the machine's count of such kills rose.
 */
import fs from 'node:fs';
import type { Clock } from '../../core/clock.ts';
import { statusOfEnd, type End } from '../../core/end.ts';
import type { Explain } from '../ends.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedAgent } from '../managed-agent.ts';

const SIGKILL_STATUS = 137;

/** A kill is told of within milliseconds; a rise that is older was about something else. */
const RECENT_MS = 5000;

export interface OomWitnesses {
  readonly clock: Clock;
  /** How often the kernel has killed for want of memory since the machine started; null where that is not told. */
  readonly machineKills: () => number | null;
  /** The same within the agent's own cgroup; null where it has none. */
  readonly agentKills: (agent: ManagedAgent) => number | null;
}

export class OomWatch {
  readonly #witnesses: OomWitnesses;
  #kills: number | null;
  /** Kills seen lately that no end was put down to yet. */
  #unclaimed = 0;
  #roseAtMs = 0;

  constructor(witnesses: OomWitnesses) {
    this.#witnesses = witnesses;
    this.#kills = witnesses.machineKills();
  }

  /** Takes note of the machine's count; to be called now and then, so that an old rise is never taken for a new one. */
  look(): void {
    const kills = this.#witnesses.machineKills();
    const nowMs = this.#witnesses.clock.monotonicMs();
    if (kills !== null && this.#kills !== null && kills > this.#kills) {
      this.#unclaimed = kills - this.#kills;
      this.#roseAtMs = nowMs;
    }
    this.#kills = kills;
    if (nowMs - this.#roseAtMs > RECENT_MS) this.#unclaimed = 0;
  }

  readonly explain: Explain = (agent, seen) => (statusOfEnd(seen) === SIGKILL_STATUS && this.#isOom(agent) ? oomEnd(seen) : seen);

  #isOom(agent: ManagedAgent): boolean {
    const own = this.#witnesses.agentKills(agent);
    if (own !== null) return own > 0;
    this.look();
    if (this.#unclaimed === 0) return false;
    this.#unclaimed -= 1;
    return true;
  }
}

function oomEnd(seen: End): End {
  return { ...seen, kind: 'oom', detail: 'killed by the kernel, which had no memory left' };
}

/** From /proc/vmstat, since Linux 4.13. */
function machineOomKills(): number | null {
  try {
    const found = /^oom_kill (\d+)$/m.exec(fs.readFileSync('/proc/vmstat', 'latin1'));
    return found ? Number(found[1]) : null;
  } catch {
    return null;
  }
}

const LOOK_EVERY_MS = 10_000;

/** Tells ends by the kernel apart from now on; the returned function ends that. */
export function watchForOom(lifecycle: Lifecycle, clock: Clock): () => void {
  const watch = new OomWatch({ clock, machineKills: machineOomKills, agentKills: () => null });
  lifecycle.explainers.push(watch.explain);
  const timer = setInterval(() => watch.look(), LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
