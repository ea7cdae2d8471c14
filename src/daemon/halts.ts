/**
 * Stops all processes of an agent and lets them go on: for a pause, or for a moment. A shell that is told of its
 * foreground job's stop takes the terminal, and gives it back some time after the job goes on, by `fg`, which continues
 * it: a stop in between would be undone by that. So no stop is sent while the wrapper has that still to do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from '../core/state.ts';
import { hasTerminalBack } from '../system/foreground.ts';
import { signalGroup, signalProcess } from '../system/signals.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Marks } from './marks.ts';
import type { Registry } from './registry.ts';

const POLL_MS = 10;

/** The wrapper looks every 0.3 s, later every second; one that is stuck holds up nobody. */
const LIMIT_MS = 4000;

export class Halts {
  readonly #registry: Registry;
  readonly #marks: Marks;

  constructor({ registry, marks }: { readonly registry: Registry; readonly marks: Marks }) {
    this.#registry = registry;
    this.#marks = marks;
  }

  /** Resolves once it stands still. Where it ended or was paused before that, nothing is done. */
  async pause(agent: ManagedAgent, reason: string): Promise<void> {
    const { generation } = agent.record;
    await this.settled(agent);
    if (agent.record.generation !== generation || !isRunning(agent.record.state) || agent.record.state === 'paused') return;
    this.#signalAll(agent, 'SIGSTOP');
    this.#registry.move(agent, 'pause', reason);
  }

  resume(agent: ManagedAgent, reason: string): void {
    this.#signalAll(agent, 'SIGCONT');
    this.#registry.move(agent, 'resume', reason);
  }

  /** Lets all of it run that is stopped, without a word. */
  goOn(agent: ManagedAgent): void {
    this.#signalAll(agent, 'SIGCONT');
  }

  /** Resolves once the wrapper has given the terminal back after an earlier stop: the next one will last. */
  async settled({ record }: ManagedAgent): Promise<void> {
    const { wrapper, process } = record;
    if (wrapper === null || process === null) return;
    const deadline = performance.now() + LIMIT_MS;
    while (record.process === process && hasTerminalBack(wrapper, process.pid) && performance.now() < deadline) await sleep(POLL_MS);
  }

  #signalAll(agent: ManagedAgent, signal: 'SIGSTOP' | 'SIGCONT'): void {
    const { process } = agent.record;
    if (process === null) return;
    const marked = this.#marks.fresh().get(agent.spec.name) ?? [];
    signalGroup(process, signal, marked);
    for (const one of marked) if (one.pgid !== process.pgid) signalProcess(one, signal);
  }
}
