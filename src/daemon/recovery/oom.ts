/**
 * Was it the kernel, for want of memory? The agent's own cgroup knows, where it has one; otherwise the kernel's log,
 * which names whom it killed. Where that may not be read, an end by a SIGKILL that nobody here sent is put down to the
 * kernel just when the machine's count of such kills rose, and said to be probable.
 */
import fs from 'node:fs';
import type { Clock } from '../../core/clock.ts';
import { statusOfEnd } from '../../core/end.ts';
import { oomKillsOfKernelLog, type OomKill } from '../../system/kernel-log.ts';
import type { Explain } from '../ends.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedAgent } from '../managed-agent.ts';

const SIGKILL_STATUS = 137;

/** A kill is told of within milliseconds; a rise that is older was about something else. */
const RECENT_MS = 5000;

/** By so much the log's clock may be behind ours after months. Whoever had that number before was not killed in just that time. */
const LOG_CLOCK_SLACK_MS = 10 * 60_000;

export interface OomWitnesses {
  readonly clock: Clock;
  /** How often the kernel has killed for want of memory since the machine started; null where that is not told. */
  readonly machineKills: () => number | null;
  /** Whom it killed, by the clock's monotonic time; null where that is not told. */
  readonly loggedKills: () => readonly OomKill[] | null;
  /** How often it killed within the agent's own cgroup; null where it has none. */
  readonly agentKills: (agent: ManagedAgent) => number | null;
  /** Lets the kernel finish what it is about to write. */
  readonly rest: () => void;
}

type Answer = 'no' | 'yes' | 'probably';

const IN_WORDS = {
  yes: 'killed by the kernel, which had no memory left',
  probably: 'SIGKILL, just when the kernel had no memory left and killed a process: probably this one',
} as const;

export class OomWatch {
  readonly #witnesses: OomWitnesses;
  readonly #sinceMs: number;
  #kills: number | null;
  /** Kills seen lately that no end was put down to yet. */
  #unclaimed = 0;
  #roseAtMs = Number.NEGATIVE_INFINITY;

  constructor(witnesses: OomWitnesses) {
    this.#witnesses = witnesses;
    this.#sinceMs = witnesses.clock.monotonicMs();
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

  readonly explain: Explain = (agent, seen) => {
    if (seen.kind === 'limit' || statusOfEnd(seen) !== SIGKILL_STATUS) return seen;
    const answer = this.#isOom(agent);
    return answer === 'no' ? seen : { ...seen, kind: 'oom', detail: IN_WORDS[answer] };
  };

  #isOom(agent: ManagedAgent): Answer {
    const own = this.#witnesses.agentKills(agent);
    if (own !== null) return own > 0 ? 'yes' : 'no';
    this.look();
    if (!this.#mayBe(agent)) return 'no';
    const isLogged = this.#isLogged(agent);
    if (isLogged !== null) return isLogged ? 'yes' : 'no';
    if (this.#unclaimed === 0) return 'no';
    this.#unclaimed -= 1;
    return 'probably';
  }

  /** Reading the log takes some milliseconds: not where the count says that nobody was killed. */
  #mayBe({ startedAtMs }: ManagedAgent): boolean {
    const isOlderThanWatch = startedAtMs === null || startedAtMs < this.#sinceMs;
    return this.#kills === null || isOlderThanWatch || this.#witnesses.clock.monotonicMs() - this.#roseAtMs <= RECENT_MS;
  }

  /** The kernel kills first and writes then: who is not named yet is looked for once more. */
  #isLogged(agent: ManagedAgent): boolean | null {
    const first = this.#names(agent);
    if (first !== false) return first;
    this.#witnesses.rest();
    return this.#names(agent);
  }

  #names({ record, processes, startedAtMs }: ManagedAgent): boolean | null {
    const kills = this.#witnesses.loggedKills();
    if (kills === null) return null;
    const own = new Set([...processes, ...(record.process ? [record.process.pid] : [])]);
    const fromMs = (startedAtMs ?? this.#sinceMs) - LOG_CLOCK_SLACK_MS;
    return kills.some(({ pid, atMs }) => own.has(pid) && atMs >= fromMs);
  }
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

function loggedOomKills(clock: Clock): OomKill[] | null {
  const offsetMs = clock.monotonicMs() - Number(process.hrtime.bigint()) / 1e6;
  return oomKillsOfKernelLog()?.map(({ pid, atMs }) => ({ pid, atMs: atMs + offsetMs })) ?? null;
}

const LOOK_EVERY_MS = 10_000;
const REST_MS = 20;

const rest = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REST_MS);

/** Tells ends by the kernel apart from now on; the returned function ends that. */
export function watchForOom(lifecycle: Lifecycle, clock: Clock, agentKills: OomWitnesses['agentKills']): () => void {
  const watch = new OomWatch({ clock, machineKills: machineOomKills, loggedKills: () => loggedOomKills(clock), agentKills, rest });
  lifecycle.explainers.push(watch.explain);
  return clock.every(LOOK_EVERY_MS, () => watch.look());
}
