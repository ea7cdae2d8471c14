/**
 * Slows agents down by stopping their busy processes for a part of each period. A small process of its own continues
 * them when this daemon dies, whatever of; and what a record says was throttled, the next daemon continues.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { isRunning } from '../../core/state.ts';
import type { Identity } from '../../system/identity.ts';
import { signalProcess } from '../../system/signals.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';

const PERIOD_MS = 250;

/** Reads lines of pids, and once there is nobody to write any more, continues those of the last. */
const GUARD = 'trap "" INT TERM HUP; pids=; while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -s CONT $pids';

interface Throttled {
  /** The part of the time in which it may run. */
  duty: number;
  /** Its busy processes. */
  processes: readonly Identity[];
  timer: NodeJS.Timeout | null;
}

export class Throttle {
  readonly #registry: Registry;
  readonly #throttled = new Map<ManagedAgent, Throttled>();
  #guard: ChildProcess | null = null;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** The part of the time in which the agent may run; 1 where it is not throttled. */
  dutyOf(agent: ManagedAgent): number {
    return this.#throttled.get(agent)?.duty ?? 1;
  }

  /** Throttles an agent from now on, or changes how much; a duty of 1 ends it. */
  set(agent: ManagedAgent, duty: number, processes: readonly Identity[]): void {
    if (duty >= 1 || processes.length === 0 || !mayBeThrottled(agent)) return this.release(agent);
    const known = this.#throttled.get(agent);
    if (known) {
      const kept = new Set(processes.map(({ pid }) => pid));
      this.#signal(known.processes.filter(({ pid }) => !kept.has(pid)), 'SIGCONT');
      Object.assign(known, { duty, processes });
      return this.#tellGuard();
    }
    const throttled: Throttled = { duty, processes, timer: null };
    this.#throttled.set(agent, throttled);
    this.#registry.patch(agent, { throttled: true });
    this.#tellGuard();
    this.#halt(agent, throttled);
  }

  /** Lets it run all the time again; one that is paused stays so. */
  release(agent: ManagedAgent): void {
    const throttled = this.#throttled.get(agent);
    if (!throttled) return;
    if (throttled.timer) clearTimeout(throttled.timer);
    this.#throttled.delete(agent);
    if (agent.record.state !== 'paused') this.#signal(throttled.processes, 'SIGCONT');
    this.#registry.patch(agent, { throttled: false });
    this.#tellGuard();
  }

  /** The daemon ends: everybody goes on. */
  stop(): void {
    for (const agent of this.#throttled.keys()) this.release(agent);
    this.#guard?.stdin?.end();
  }

  #halt(agent: ManagedAgent, throttled: Throttled): void {
    if (!mayBeThrottled(agent)) return this.release(agent);
    this.#signal(throttled.processes, 'SIGSTOP');
    throttled.timer = setTimeout(() => this.#letRun(agent, throttled), PERIOD_MS * (1 - throttled.duty));
  }

  #letRun(agent: ManagedAgent, throttled: Throttled): void {
    if (!mayBeThrottled(agent)) return this.release(agent);
    this.#signal(throttled.processes, 'SIGCONT');
    throttled.timer = setTimeout(() => this.#halt(agent, throttled), PERIOD_MS * throttled.duty);
  }

  #signal(processes: readonly Identity[], signal: 'SIGSTOP' | 'SIGCONT'): void {
    for (const one of processes) signalProcess(one, signal);
  }

  #tellGuard(): void {
    const pids = [...this.#throttled.values()].flatMap(({ processes }) => processes.map(({ pid }) => pid));
    if (this.#guard === null && pids.length === 0) return;
    this.#guard ??= startGuard(() => (this.#guard = null));
    this.#guard.stdin?.write(`${pids.join(' ')}\n`);
  }
}

function mayBeThrottled({ record }: ManagedAgent): boolean {
  return record.process !== null && isRunning(record.state) && record.state !== 'paused';
}

/** In a session of its own: what ends the daemon's group does not end it. */
function startGuard(onEnd: () => void): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', GUARD], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: {} });
  guard.on('error', onEnd);
  guard.on('exit', onEnd);
  guard.stdin.on('error', onEnd);
  guard.unref();
  return guard;
}

/** Continues what the daemon before this one had throttled, should its guard have died with it. */
export function continueThrottled(registry: Registry, continueAll: (agent: ManagedAgent) => void): void {
  for (const agent of registry.all()) {
    if (agent.record.throttled !== true) continue;
    if (agent.record.process !== null && agent.record.state !== 'paused') continueAll(agent);
    registry.patch(agent, { throttled: false });
  }
}
