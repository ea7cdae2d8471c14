/**
 * Looks at the screens of agents whose program reports nothing itself, and makes of it what they do. One look follows
 * each second in which something was printed and one more when that has ended, so that what stands still costs nothing
 * but a stat of its log. What a screen means is the type's: agents/screen-rules.ts.
 */
import fs from 'node:fs';
import type { AgentType } from '../../agents/agent-type.ts';
import type { ScreenFinding } from '../../agents/screen-rules.ts';
import type { Activity } from '../../core/activity.ts';
import { logPath, type HomePaths } from '../../config/paths.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isRunning } from '../../core/state.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import { setActivity } from '../activity.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';

export interface ScreenWatchOptions {
  readonly registry: Registry;
  readonly tmux: TmuxServer;
  readonly paths: HomePaths;
  readonly typeOf: (name: string) => Promise<AgentType>;
  readonly onError: (what: string, error: unknown) => void;
}

interface Watched {
  /** Of its log, at the last look; -1 before the first. */
  size: number;
  /** The last look was at a screen that stood still. */
  isQuiet: boolean;
  isLooking: boolean;
  /** Another daemon may have known the same: what the first look shows is no news. */
  isTakenOver: boolean;
  /** What was typed has shown no effect yet. */
  typed: { readonly size: number; readonly atMs: number } | null;
}

const LOOK_EVERY_MS = 1000;
/** What was typed takes so long to be seen, at least, and so long, at most, where the program echoes nothing. */
const TYPED_MIN_MS = 300;
const TYPED_MAX_MS = 5000;
/** How often, and how many times, it is looked whether what was pasted has arrived. */
const PASTE_LOOK_MS = 100;
const PASTE_LOOKS = 10;

const NOT_SEEN: Activity = { status: 'unknown', evidence: 'its screen was not looked at yet', at: null, detail: null, source: 'screen', until: null };

export class ScreenWatch {
  readonly #options: ScreenWatchOptions;
  readonly #watched = new Map<ManagedAgent, Watched>();
  #endLooks: (() => void) | null = null;

  constructor(options: ScreenWatchOptions) {
    this.#options = options;
  }

  /** Those that run already, of whatever type has screens to be read. */
  async start(): Promise<void> {
    const { registry, typeOf } = this.#options;
    const names = new Set(registry.all().map(({ spec }) => spec.type));
    for (const name of names) {
      // A template that is gone or was broken since is told when somebody starts such an agent.
      const type = await typeOf(name).catch(() => null);
      if (!type?.readScreen) continue;
      for (const agent of registry.all()) {
        if (agent.spec.type === name && isRunning(agent.record.state) && !this.#watched.has(agent)) this.#begin(agent, true);
      }
    }
  }

  stop(): void {
    this.#endLooks?.();
    this.#endLooks = null;
  }

  /** A new process of this agent is about to start: what stood on the screen before says nothing of it. */
  begins(name: string): void {
    const agent = this.#options.registry.find(name);
    if (agent) this.#begin(agent, false);
  }

  /** Something is about to be typed at it: until that has shown its effect, what the screen says is old. */
  typing(agent: ManagedAgent): void {
    const watched = this.#watched.get(agent);
    if (!watched) return;
    watched.typed = { size: this.#sizeOf(agent), atMs: this.#nowMs() };
    const at = this.#options.registry.clock.now().toISOString();
    setActivity(this.#options.registry, agent, { status: 'working', evidence: 'it was typed to', at, detail: null, source: 'screen', line: null });
  }

  /**
   * What was pasted is to be submitted: waits until the program has shown it, or a second, and a moment more. Gemini CLI
   * takes an Enter within 40 ms of a paste for a part of it.
   */
  async pasted(agent: ManagedAgent): Promise<void> {
    const { registry } = this.#options;
    const before = this.#watched.get(agent)?.typed?.size;
    if (before === undefined) return;
    const { generation } = agent.record;
    for (let look = 0, isShown = false; look < PASTE_LOOKS && !isShown; look += 1) {
      isShown = this.#sizeOf(agent) !== before;
      if (await registry.until(() => agent.record.generation !== generation, PASTE_LOOK_MS)) return;
    }
    this.typing(agent);
  }

  #begin(agent: ManagedAgent, isTakenOver: boolean): void {
    agent.activity = NOT_SEEN;
    // What is taken over was looked at before; what it says now is known when it was quiet for a second.
    const size = isTakenOver ? this.#sizeOf(agent) : -1;
    this.#watched.set(agent, { size, isQuiet: false, isLooking: false, isTakenOver, typed: null });
    this.#endLooks ??= this.#options.registry.clock.every(LOOK_EVERY_MS, () => this.#lookAtAll());
  }

  #lookAtAll(): void {
    for (const agent of this.#watched.keys()) {
      if (this.#options.registry.find(agent.spec.name) === agent) this.#lookIfDue(agent);
      else this.#watched.delete(agent);
    }
    if (this.#watched.size > 0) return;
    this.stop();
  }

  #lookIfDue(agent: ManagedAgent): void {
    const watched = this.#watched.get(agent);
    const { state, pane } = agent.record;
    if (!watched || watched.isLooking || pane === null || !isRunning(state)) return;
    const size = this.#sizeOf(agent);
    const hasPrinted = size !== watched.size;
    if ((!hasPrinted && watched.isQuiet && watched.typed === null) || !this.#hasEffect(watched, size)) return;
    watched.size = size;
    watched.isQuiet = !hasPrinted;
    watched.typed = null;
    watched.isLooking = true;
    this.#look(agent, pane, watched)
      .catch((error: unknown) => this.#options.onError(`screen of ${agent.spec.name}`, error))
      .finally(() => (watched.isLooking = false));
  }

  #hasEffect({ typed }: Watched, size: number): boolean {
    if (typed === null) return true;
    const sinceMs = this.#nowMs() - typed.atMs;
    return sinceMs >= TYPED_MAX_MS || (sinceMs >= TYPED_MIN_MS && size !== typed.size);
  }

  async #look(agent: ManagedAgent, pane: string, watched: Watched): Promise<void> {
    const { generation } = agent.record;
    const [type, look] = await Promise.all([this.#typeOf(agent), this.#options.tmux.look(pane)]);
    // Typed at meanwhile, or another process: what was seen is old.
    if (watched.typed !== null || agent.record.generation !== generation || this.#watched.get(agent) !== watched) return;
    this.#show(agent, watched, type instanceof MuxwardError ? untold(type) : (type.readScreen?.(look, watched.isQuiet) ?? untold()));
  }

  /** A template may have been changed since the agent was started, for the better or the worse. */
  #typeOf({ spec }: ManagedAgent): Promise<AgentType | MuxwardError> {
    return this.#options.typeOf(spec.type).catch((error: unknown) => {
      if (error instanceof MuxwardError) return error;
      throw error;
    });
  }

  #show(agent: ManagedAgent, watched: Watched, found: ScreenFinding): void {
    const { registry } = this.#options;
    const { status, detail } = agent.activity;
    const isSame = status === found.status && detail === found.detail;
    const at = isSame && agent.activity.at !== null ? agent.activity.at : registry.clock.now().toISOString();
    const activity: Activity = { ...found, at, source: 'screen', until: null };
    if (watched.isTakenOver) agent.activity = activity;
    watched.isTakenOver = false;
    setActivity(registry, agent, activity);
  }

  #sizeOf({ spec }: ManagedAgent): number {
    return fs.statSync(logPath(this.#options.paths, spec.name), { throwIfNoEntry: false })?.size ?? 0;
  }

  #nowMs(): number {
    return this.#options.registry.clock.monotonicMs();
  }
}

function untold(error?: MuxwardError): ScreenFinding {
  return { status: 'unknown', detail: null, evidence: error?.message.split('\n')[0] ?? 'its template has no rules', line: null };
}
