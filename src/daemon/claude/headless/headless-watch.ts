/** Follows what drivers of headless agents tell: their activity, and what their sessions used so far. */
import type { HeadlessState, HeadlessStatus } from '../../../agents/claude/headless/status.ts';
import type { Activity } from '../../../core/activity.ts';
import { setActivity } from '../../activity.ts';
import type { HookStream } from '../hook-stream.ts';
import type { ManagedAgent } from '../../managed-agent.ts';
import type { Registry } from '../../registry.ts';
import type { HeadlessPort } from './headless-port.ts';

export interface HeadlessWatchOptions {
  readonly registry: Registry;
  readonly port: HeadlessPort;
  readonly hooks: HookStream;
  readonly onError: (what: string, error: unknown) => void;
}

const LOOK_EVERY_MS = 500;
/** A hook is called a moment before the driver has told what it is about. */
const AFTER_HOOK_MS = 40;

const ACTIVITY: Readonly<Record<HeadlessState, Activity['status']>> = {
  starting: 'working',
  working: 'working',
  waiting: 'waiting',
  idle: 'idle',
  limited: 'limited',
  ended: 'unknown',
};

export class HeadlessWatch {
  readonly #options: HeadlessWatchOptions;
  readonly #seen = new WeakMap<ManagedAgent, string>();
  #timer: NodeJS.Timeout | null = null;
  #unsubscribe: (() => void) | null = null;

  constructor(options: HeadlessWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#options.port.onTold = (agent) => this.#look(agent);
    this.#timer = setInterval(() => this.#lookAtAll(), LOOK_EVERY_MS);
    this.#unsubscribe = this.#options.hooks.subscribe((agent) => {
      if (agent.spec.headless) setTimeout(() => this.#look(agent), AFTER_HOOK_MS);
    });
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#unsubscribe?.();
  }

  #lookAtAll(): void {
    for (const agent of this.#options.registry.all()) if (agent.spec.headless) this.#look(agent);
  }

  #look(agent: ManagedAgent): void {
    if (agent.record.process === null) return;
    try {
      const status = this.#options.port.status(agent);
      if (status) this.#take(agent, status);
      else agent.activity = { status: 'unknown', evidence: 'it starts', at: null };
    } catch (error) {
      this.#options.onError(`${agent.spec.name}: headless status`, error);
    }
  }

  #take(agent: ManagedAgent, status: HeadlessStatus): void {
    const seen = `${status.generation} ${status.at} ${status.state}`;
    if (this.#seen.get(agent) === seen) return;
    this.#seen.set(agent, seen);
    setActivity(this.#options.registry, agent, activityOf(status));
  }
}

/** What the driver tells, as activity. */
function activityOf({ state, evidence, at, limitedUntil, failure }: HeadlessStatus): Activity {
  const hasFailed = state === 'idle' && failure !== null;
  return { status: hasFailed ? 'error' : ACTIVITY[state], evidence: `stream-json: ${state}`, at, detail: evidence === '' ? null : evidence, source: 'session', until: limitedUntil };
}
