/** Hands the hook calls of Claude Code agents to whoever listens in the daemon, in the order in which they were made. */
import type { HookRecord } from '../../agents/claude/hook-record.ts';
import type { ManagedAgent } from '../managed-agent.ts';

export type HookListener = (agent: ManagedAgent, hook: HookRecord) => void;

export class HookStream {
  readonly #listeners = new Set<HookListener>();
  readonly #onError: (what: string, error: unknown) => void;

  constructor(onError: (what: string, error: unknown) => void) {
    this.#onError = onError;
  }

  /** Every call from now on, each once; the returned function ends it. */
  subscribe(listener: HookListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** A listener that fails keeps the call from none of the others. */
  publish(agent: ManagedAgent, hook: HookRecord): void {
    for (const listener of this.#listeners) {
      try {
        listener(agent, hook);
      } catch (error) {
        this.#onError(`${agent.spec.name}: hook ${hook.event}`, error);
      }
    }
  }
}
