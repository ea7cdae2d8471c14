/**
 * Keeps what Claude Code agents do up to date: hook calls and session files go into each agent's mind, and what comes
 * of it into its activity, its state (`executing`, `waiting`, `ready`) and events. What follows from which evidence is
 * agents/claude/hear.ts and see-session.ts, and pure.
 */
import { activityOf, settlesAt } from '../../agents/claude/activity.ts';
import type { HookRecord } from '../../agents/claude/hook-record.ts';
import { hear } from '../../agents/claude/hear.ts';
import { limitedUntil, newMind, seeStart, type Mind } from '../../agents/claude/mind.ts';
import { see } from '../../agents/claude/see-session.ts';
import type { ScreenFinding } from '../../agents/screen-rules.ts';
import type { Activity } from '../../core/activity.ts';
import { isRunning } from '../../core/state.ts';
import { setActivity } from '../activity.ts';
import type { EventHub } from '../event-hub.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { HookStream } from './hook-stream.ts';
import { SessionFiles } from './session-files.ts';

export interface ActivityTrackerOptions {
  readonly registry: Registry;
  readonly hub: EventHub;
  readonly hooks: HookStream;
}

/** Finds what no notice came of. */
const LOOK_EVERY_MS = 1000;

export class ActivityTracker {
  readonly #options: ActivityTrackerOptions;
  readonly #files = new SessionFiles(() => this.#soon());
  readonly #stops: (() => void)[] = [];
  readonly #settling = new Map<ManagedAgent, () => void>();
  #looking: NodeJS.Immediate | null = null;

  constructor(options: ActivityTrackerOptions) {
    this.#options = options;
  }

  start(): void {
    const { hooks, hub, registry } = this.#options;
    this.#stops.push(
      hooks.subscribe((agent, hook) => this.#hear(agent, hook)),
      hub.on('agent.started', ({ agent }) => this.#look(registry.find(agent ?? ''))),
      registry.clock.every(LOOK_EVERY_MS, () => this.#lookAtAll()),
      () => this.#files.stop(),
    );
    // What the daemon before this one knew is no news.
    for (const agent of registry.all()) if (agent.record.mind?.generation === agent.record.generation) agent.activity = this.#activityOf(agent.record.mind);
    this.#lookAtAll();
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    for (const cancel of this.#settling.values()) cancel();
    if (this.#looking) clearImmediate(this.#looking);
  }

  /** Nothing that an earlier process of the agent did says anything of the one that is about to start. */
  begins(agent: ManagedAgent): void {
    agent.activity = activityOf(newMind(agent.record.generation + 1, this.#options.registry.clock.now().toISOString()), 0);
  }

  /** A usage limit whose end is known from elsewhere. */
  limitedUntil(agent: ManagedAgent, until: string): void {
    this.#think(agent, limitedUntil(this.mindOf(agent), until));
  }

  /** What its screen shows while no hook was called yet; null: nothing that is known. */
  seesStart(agent: ManagedAgent, found: ScreenFinding | null): void {
    const mind = this.mindOf(agent);
    const seen = seeStart(mind, found, this.#options.registry.clock.now().toISOString());
    if (seen !== mind) this.#think(agent, seen);
  }

  mindOf({ record }: ManagedAgent): Mind {
    if (record.mind?.generation === record.generation) return record.mind;
    return newMind(record.generation, record.startedAt ?? record.since, record.promptGiven ?? false);
  }

  #hear(agent: ManagedAgent, hook: HookRecord): void {
    if (hook.generation !== agent.record.generation) return;
    this.#followConversation(agent, hook);
    // Its driver knows more, and tells it.
    if (agent.spec.headless) return;
    this.#think(agent, hear(this.mindOf(agent), hook));
    this.#look(agent);
  }

  /** `/clear` and a fork begin another conversation: the next start has to resume that one. */
  #followConversation(agent: ManagedAgent, { event, sessionId }: HookRecord): void {
    if (event !== 'SessionStart' && event !== 'UserPromptSubmit') return;
    if (sessionId !== '' && sessionId !== agent.record.sessionId) this.#options.registry.patch(agent, { sessionId });
  }

  #soon(): void {
    this.#looking ??= setImmediate(() => {
      this.#looking = null;
      this.#lookAtAll();
    });
  }

  #lookAtAll(): void {
    for (const agent of this.#options.registry.all()) this.#look(agent);
  }

  #look(agent: ManagedAgent | undefined): void {
    if (agent?.spec.type !== 'claude-code' || agent.spec.headless || !isRunning(agent.record.state)) return;
    this.#files.watch(agent);
    const mind = this.mindOf(agent);
    const session = this.#files.look(agent, mind.sessionId);
    const seen = session === undefined ? mind : see(mind, session);
    if (seen === mind) this.#show(agent, mind);
    else this.#think(agent, seen);
  }

  #think(agent: ManagedAgent, mind: Mind): void {
    this.#options.registry.patch(agent, { mind });
    this.#show(agent, mind);
  }

  #show(agent: ManagedAgent, mind: Mind): void {
    const { registry } = this.#options;
    setActivity(registry, agent, this.#activityOf(mind));
    this.#settleLater(agent, settlesAt(mind));
  }

  #activityOf(mind: Mind): Activity {
    return activityOf(mind, this.#options.registry.clock.now().getTime());
  }

  #settleLater(agent: ManagedAgent, atMs: number | null): void {
    const { clock } = this.#options.registry;
    this.#settling.get(agent)?.();
    this.#settling.delete(agent);
    const delayMs = atMs === null ? 0 : atMs - clock.now().getTime();
    if (delayMs > 0) this.#settling.set(agent, clock.after(delayMs, () => this.#look(agent)));
  }
}
