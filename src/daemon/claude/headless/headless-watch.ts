/** Follows what drivers of headless agents tell: their activity, and what their sessions used so far. */
import type { HeadlessState, HeadlessStatus } from '../../../agents/claude/headless/status.ts';
import type { Activity } from '../../../core/activity.ts';
import { setActivity } from '../../activity.ts';
import type { HookStream } from '../hook-stream.ts';
import type { ManagedAgent } from '../../managed-agent.ts';
import { PacedLook } from '../../paced-look.ts';
import type { Registry } from '../../registry.ts';
import type { HeadlessPort } from './headless-port.ts';

export interface HeadlessWatchOptions {
  readonly registry: Registry;
  readonly port: HeadlessPort;
  readonly hooks: HookStream;
  readonly onError: (what: string, error: unknown) => void;
}

const LOOK_EVERY_MS = 500;
/** Where there are none. */
const CALM_LOOK_EVERY_MS = 1000;
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
  readonly #looks: PacedLook;
  #stops: (() => void)[] = [];

  constructor(options: HeadlessWatchOptions) {
    this.#options = options;
    this.#looks = new PacedLook(options.registry.clock, () => this.#lookAtAll());
  }

  start(): void {
    this.#options.port.onTold = (agent) => this.#look(agent);
    this.#looks.pace(LOOK_EVERY_MS);
    this.#stops = [
      () => this.#looks.stop(),
      this.#options.hooks.subscribe((agent) => {
        if (agent.spec.headless) setTimeout(() => this.#look(agent), AFTER_HOOK_MS);
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #lookAtAll(): void {
    const headless = this.#options.registry.all().filter(({ spec }) => spec.headless !== undefined);
    for (const agent of headless) this.#look(agent);
    this.#looks.pace(headless.length > 0 ? LOOK_EVERY_MS : CALM_LOOK_EVERY_MS);
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
