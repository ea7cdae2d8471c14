/**
 * How long ago agents gave a sign of life: touched `run/<agent>/heartbeat`, or printed something. Counted from when a
 * change was seen, in monotonic time: neither a jump of the clock nor a suspend makes a sign old.
 */
import fs from 'node:fs';
import { heartbeatPath, logPath, type HomePaths } from '../../config/paths.ts';
import type { Clock } from '../../core/clock.ts';
import type { ManagedAgent } from '../managed-agent.ts';

type Sign = 'heartbeat' | 'output';

interface Seen {
  readonly generation: number;
  /** What changes when the sign is given; null while there is no file. */
  stamp: string | null;
  atMs: number;
}

export class SignsOfLife {
  readonly #paths: HomePaths;
  readonly #clock: Clock;
  readonly #seen = new Map<string, Seen>();

  constructor(paths: HomePaths, clock: Clock) {
    this.#paths = paths;
    this.#clock = clock;
  }

  /** The first look at a generation counts as a sign: nobody can know how old an earlier one is. */
  ageMs(agent: ManagedAgent, sign: Sign): number | Error {
    const nowMs = this.#clock.monotonicMs();
    const stamp = this.#stampOf(agent, sign);
    if (stamp instanceof Error) return stamp;
    const key = `${sign} ${agent.spec.name}`;
    const seen = this.#seen.get(key);
    if (seen?.generation !== agent.record.generation) {
      this.#seen.set(key, { generation: agent.record.generation, stamp, atMs: nowMs });
      return 0;
    }
    if (seen.stamp !== stamp) Object.assign(seen, { stamp, atMs: nowMs });
    return nowMs - seen.atMs;
  }

  /** While an agent is paused, or nobody looked, silence means nothing. */
  excuse(name?: string): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [key, seen] of this.#seen) if (name === undefined || key.endsWith(` ${name}`)) seen.atMs = nowMs;
  }

  forget(name: string): void {
    this.#seen.delete(`heartbeat ${name}`);
    this.#seen.delete(`output ${name}`);
  }

  #stampOf({ spec }: ManagedAgent, sign: Sign): string | null | Error {
    const file = sign === 'heartbeat' ? heartbeatPath(this.#paths, spec.name) : logPath(this.#paths, spec.name);
    try {
      const stat = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
      return stat === undefined ? null : `${stat.mtimeNs} ${stat.size}`;
    } catch (error) {
      return error as Error;
    }
  }
}
