/**
 * The daemon's loop: a flat list of named steps, each due at its own pace. Steps only look and hand on what they saw;
 * what follows from it is lifecycle.ts. A look that fails says nothing about an agent.
 */
import { LIVENESS_EVERY_MS, SAMPLE_EVERY_MS } from '../config/defaults.ts';
import { runPaths, type HomePaths } from '../config/paths.ts';
import type { Resources } from '../core/agent.ts';
import type { End } from '../core/end.ts';
import { endFromStatus } from '../core/end.ts';
import { isOutOfReach, isPidInUse, livenessOf } from '../system/identity.ts';
import type { TmuxServer } from '../tmux/server.ts';
import { lastEndIn } from './journal.ts';
import type { LogBounds } from './log-bounds.ts';
import { LookTurns } from './look-turns.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { ManagedAgent, RunningProcess } from './managed-agent.ts';
import type { Registry } from './registry.ts';
import { Sampler } from './sampler.ts';

export interface WatchOptions {
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly tmux: TmuxServer;
  readonly paths: HomePaths;
  readonly logs: LogBounds;
  readonly everyMs?: { readonly liveness: number; readonly samples: number };
  /** Somebody looks at the numbers: they are sampled at the pace of liveness. */
  readonly isWatched: () => boolean;
  readonly graceMs: number;
  /** Asked before an end is put down to a lost terminal: the loss of all of them is judged elsewhere. */
  readonly tmuxAnswers: () => Promise<boolean>;
  /** Holds agents to their limits, after each sample. */
  readonly checkLimits: () => void;
  /** What the agent's control group knows better than its processes tell. */
  readonly correctSample: (agent: ManagedAgent, sample: Resources) => Resources;
  readonly areManyStarting: () => boolean;
  readonly onError: (step: string, error: unknown) => void;
}

interface Step {
  readonly name: string;
  readonly everyMs: () => number;
  /** Not while many start. */
  readonly givesWay?: true;
  readonly run: () => void | Promise<void>;
}

/** Looks in a row without a process and without a report before its end counts as unobserved. */
const UNSEEN_LIMIT = 3;
/** The same where tmux does not answer meanwhile: long enough for the loss of its server to be noticed first. */
const UNSEEN_WITHOUT_TMUX = 10;

/** Looks in a row at a process that was stopped or goes on, against its state. */
const OTHERWISE_LIMIT = 2;

const SESSIONS_BURST_MS = 100;
const SESSIONS_DOUBT_MS = 500;

export class Watch {
  readonly #options: WatchOptions;
  readonly #steps: readonly Step[];
  readonly #dueAtMs = new Map<Step, number>();
  readonly #busy = new Set<Step>();
  readonly #sampler: Sampler;
  readonly #turns = new LookTurns();
  #endTicks = (): void => undefined;
  #sessionsTimer: NodeJS.Timeout | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#sampler = new Sampler(options.registry, options.correctSample);
    const pace = options.everyMs ?? { liveness: LIVENESS_EVERY_MS, samples: SAMPLE_EVERY_MS };
    const liveness = (): number => pace.liveness;
    this.#steps = [
      { name: 'liveness', everyMs: liveness, run: () => this.#checkLiveness() },
      { name: 'wrappers', everyMs: () => pace.samples, givesWay: true, run: () => this.#checkWrappers() },
      { name: 'log sizes', everyMs: () => 2 * pace.liveness, givesWay: true, run: () => options.logs.keep() },
      { name: 'samples', everyMs: () => (this.#mustSample() ? pace.liveness : pace.samples), givesWay: true, run: () => this.sample() },
      { name: 'limits', everyMs: liveness, run: () => options.checkLimits() },
      { name: 'sessions', everyMs: () => pace.samples, givesWay: true, run: () => this.checkSessions() },
    ];
  }

  start(): void {
    const pace = this.#options.everyMs?.liveness ?? LIVENESS_EVERY_MS;
    this.#endTicks = this.#options.registry.clock.every(pace, () => this.#tick());
  }

  stop(): void {
    this.#endTicks();
    this.#options.logs.stop();
    if (this.#sessionsTimer) clearTimeout(this.#sessionsTimer);
  }

  #tick(): void {
    const nowMs = this.#options.registry.clock.monotonicMs();
    for (const step of this.#steps) {
      if (step.givesWay && this.#options.areManyStarting()) continue;
      if (this.#busy.has(step) || nowMs < (this.#dueAtMs.get(step) ?? 0)) continue;
      this.#dueAtMs.set(step, nowMs + step.everyMs() - 20);
      this.#busy.add(step);
      void Promise.resolve()
        .then(step.run)
        .catch((error: unknown) => this.#options.onError(step.name, error))
        .finally(() => this.#busy.delete(step));
    }
  }

  /** Somebody looks at the numbers, or a limit depends on them. */
  #mustSample(): boolean {
    return this.#options.isWatched() || this.#options.registry.all().some(isLimited);
  }

  /** Many are looked at in turn: that one is gone is seen at once all the same, that one is stopped in its turn. */
  #checkLiveness(): void {
    const all = this.#options.registry.all();
    const isDue = this.#turns.next(all.length);
    for (const [place, agent] of all.entries()) {
      const { process, state } = agent.record;
      if (process === null) continue;
      if (isDue(place) || agent.unseen > 0 || agent.otherwise > 0 || state === 'paused' || !isPidInUse(process.pid)) this.#look(agent, process);
    }
  }

  /** Two looks in a row: between a signal and its effect one look tells nothing. */
  #isOtherwise(agent: ManagedAgent, now: boolean): boolean {
    agent.otherwise = now ? agent.otherwise + 1 : 0;
    return agent.otherwise >= OTHERWISE_LIMIT;
  }

  #look(agent: ManagedAgent, process: RunningProcess): void {
    const { registry } = this.#options;
    switch (livenessOf(process)) {
      case 'unknown':
        return;
      case 'alive':
        agent.unseen = 0;
        if (this.#isOtherwise(agent, agent.record.state === 'paused' && !isOutOfReach(process.pid))) registry.move(agent, 'resume', 'it was continued from outside');
        return;
      case 'stopped':
        agent.unseen = 0;
        if (this.#isOtherwise(agent, agent.record.state !== 'paused' && agent.record.throttled !== true && !agent.isHeld))
          registry.move(agent, 'pause', 'it was stopped by a signal or by Ctrl-Z');
        return;
      case 'zombie':
      case 'gone':
      case 'recycled':
        agent.unseen += 1;
        if (agent.unseen >= UNSEEN_LIMIT || this.#wrapperIsGone(agent)) {
          void this.#endUnobserved(agent, process.generation);
        }
    }
  }

  async #endUnobserved(agent: ManagedAgent, generation: number): Promise<void> {
    const isProven = agent.unseen >= UNSEEN_WITHOUT_TMUX || (await this.#options.tmuxAnswers());
    if (!isProven || agent.record.generation !== generation) return;
    this.#options.lifecycle.ended(agent, generation, this.#unobserved(agent, generation));
  }

  /** The wrapper's own record tells how it ended even when its report was lost. */
  #unobserved(agent: ManagedAgent, generation: number): End {
    const at = this.#options.registry.clock.now().toISOString();
    const status = lastEndIn(runPaths(this.#options.paths, agent.spec.name).journal, generation);
    if (status !== undefined) return endFromStatus(status, at);
    return { kind: 'lost', code: null, signal: null, at, detail: 'ended unobserved, with its wrapper' };
  }

  #checkWrappers(): void {
    for (const agent of this.#options.registry.all()) {
      if (agent.record.process !== null && agent.unseen === 0 && this.#wrapperIsGone(agent)) void this.#loseWrapper(agent);
    }
  }

  #wrapperIsGone({ record }: ManagedAgent): boolean {
    if (record.wrapper === null) return false;
    const liveness = livenessOf(record.wrapper);
    return liveness === 'gone' || liveness === 'zombie' || liveness === 'recycled';
  }

  /** Without its wrapper an agent has no terminal and nobody who will report its end. */
  async #loseWrapper(agent: ManagedAgent): Promise<void> {
    const { generation } = agent.record;
    if (!(await this.#options.tmuxAnswers()) || agent.record.generation !== generation || agent.record.process === null) return;
    const because = { kind: 'lost', detail: 'its wrapper was killed' } as const;
    await this.#options.lifecycle.stop(agent, { graceMs: this.#options.graceMs, force: false, next: 'run-again', because });
  }

  freshen(): void {
    this.#sampler.freshen();
  }

  sample(): void {
    this.#sampler.sample();
  }

  /** tmux says that sessions changed: asked once a burst, since two hundred at once change two hundred times. */
  sessionsChanged(): void {
    this.#checkSessionsIn(SESSIONS_BURST_MS);
  }

  #checkSessionsIn(ms: number): void {
    this.#sessionsTimer ??= setTimeout(() => {
      this.#sessionsTimer = null;
      this.checkSessions().catch((error: unknown) => this.#options.onError('sessions', error));
    }, ms);
  }

  /** Sessions that are gone, with all that ran in them. */
  async checkSessions(): Promise<void> {
    const { registry, tmux } = this.#options;
    if (!tmux.connected || registry.all().every(({ record }) => record.pane === null)) return;
    const before = new Map(registry.all().map((agent) => [agent, agent.record.pane]));
    const all = await tmux.panes();
    const panes = new Map(all.map((pane) => [pane.id, pane]));
    for (const [agent, pane] of before) {
      if (pane === null || agent.record.pane !== pane) continue;
      const there = panes.get(pane);
      if (there) {
        if (there.session !== agent.spec.name) await tmux.renameSession(there.session, agent.spec.name);
        continue;
      }
      // Closing a session hangs its wrapper up: where that lives, tmux's list was wrong, or the hang-up is under way.
      if (agent.record.wrapper !== null && !this.#wrapperIsGone(agent)) {
        this.#checkSessionsIn(SESSIONS_DOUBT_MS);
        continue;
      }
      registry.patch(agent, { pane: null, wrapper: null });
      if (agent.record.process !== null) void this.#loseSession(agent);
    }
    for (const pane of all) {
      if (pane.isSide && !pane.dead && !pane.isAttached) await tmux.restSideWindow(pane);
      if (pane.dead && pane.isPiped) await tmux.closeLog(pane);
    }
  }

  async #loseSession(agent: ManagedAgent): Promise<void> {
    const because = { kind: 'lost', detail: 'its tmux session was closed' } as const;
    await this.#options.lifecycle.stop(agent, { graceMs: this.#options.graceMs, force: false, next: 'run-again', because });
  }
}

/** Somebody's limit depends on samples. */
function isLimited({ spec, record }: ManagedAgent): boolean {
  const { memoryBytes, cpu, processes } = spec.limits;
  return record.process !== null && (memoryBytes !== null || cpu !== null || typeof processes === 'number');
}
