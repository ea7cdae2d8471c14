/**
 * Watches starts of Claude Code until the first hook is called: before that only the screen tells of a dialog that
 * somebody has to answer, and only its last words why it ended. A start of the usual length is never looked at.
 */
import fs from 'node:fs';
import { isStarting } from '../../agents/claude/mind.ts';
import { startEnd } from '../../agents/claude/start-ends.ts';
import { loadStartScreens, startFinding } from '../../agents/claude/start-screens.ts';
import type { ScreenFinding } from '../../agents/screen-rules.ts';
import { logPath, type HomePaths } from '../../config/paths.ts';
import type { ScreenRule } from '../../config/terminals/screen-rule.ts';
import type { End } from '../../core/end.ts';
import type { WrapperReport } from '../../core/wrapper-report.ts';
import { isLive, isRunning } from '../../core/state.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { ActivityTracker } from './activity-tracker.ts';

export interface StartWatchOptions {
  readonly registry: Registry;
  readonly tmux: TmuxServer;
  readonly paths: HomePaths;
  readonly installation: string;
  readonly activity: ActivityTracker;
  /** Resolves when all that its program printed is in its log. */
  readonly drained: (name: string) => Promise<void>;
  readonly onError: (what: string, error: unknown) => void;
}

const LOOK_EVERY_MS = 1000;
/** The first look is let pass: by the second a start has called its hook. */
const USUAL_LOOKS = 2;
const SILENT_MS = 60_000;
const LAST_WORDS_BYTES = 4096;

const SILENT: ScreenFinding = {
  status: 'unknown',
  detail: 'has called no hook for a minute',
  evidence: 'no hook was called since it was started, and its screen shows no dialog that is known: look at it (muxward attach), and at its version (muxward doctor)',
  line: null,
};

interface Watched {
  /** Not counted up yet while the start is being prepared. */
  readonly generation: number;
  looks: number;
  readonly sinceMs: number;
  isLooking: boolean;
}

export class StartWatch {
  readonly #options: StartWatchOptions;
  readonly #watched = new Map<ManagedAgent, Watched>();
  #rules: readonly ScreenRule[] | null = null;
  #endLooks: (() => void) | null = null;

  constructor(options: StartWatchOptions) {
    this.#options = options;
  }

  /** Starts that a daemon before this one saw begin. */
  start(): void {
    for (const agent of this.#options.registry.all()) if (isRunning(agent.record.state)) this.#begin(agent, agent.record.generation);
  }

  stop(): void {
    this.#endLooks?.();
    this.#endLooks = null;
  }

  /** The next start of this agent is being prepared. */
  begins(agent: ManagedAgent): void {
    this.#begin(agent, agent.record.generation + 1);
  }

  #begin(agent: ManagedAgent, generation: number): void {
    if (agent.spec.type !== 'claude-code' || agent.spec.headless) return;
    this.#watched.set(agent, { generation, looks: 0, sinceMs: this.#options.registry.clock.monotonicMs(), isLooking: false });
    this.#endLooks ??= this.#options.registry.clock.every(LOOK_EVERY_MS, () => this.#lookAtAll());
  }

  /** Its last words may still be on their way to its log: until they are there the end is not judged. Null: nothing to wait for. */
  holdEnd(report: WrapperReport): Promise<void> | null {
    if (report.kind !== 'ended' || report.status === 0) return null;
    const agent = this.#options.registry.find(report.agent);
    if (!agent || agent.ending !== null || !this.#isStarting(agent)) return null;
    return this.#options.drained(report.agent).catch((error: unknown) => this.#options.onError(report.agent, error));
  }

  /** An end before the first hook, by what was asked or printed last. */
  explain(agent: ManagedAgent, seen: End): End {
    if (seen.kind !== 'exited' || seen.code === 0 || !this.#isStarting(agent)) return seen;
    const { mind, generation } = agent.record;
    const asked = mind?.generation === generation && mind.start?.status === 'waiting' ? mind.start.detail : null;
    if (asked !== null) return { ...seen, kind: 'spawn-failed', detail: `it ended (exit ${seen.code}) at its question "${asked}": start it again and answer, muxward answer ${agent.spec.name} allow` };
    const words = startEnd(this.#lastWords(agent));
    if (!words) return seen;
    return { ...seen, ...(words.isFinal ? { kind: 'spawn-failed' } : {}), detail: `exit ${seen.code}: ${words.says}` };
  }

  #isStarting(agent: ManagedAgent): boolean {
    return this.#watched.has(agent) && isStarting(this.#options.activity.mindOf(agent));
  }

  #lookAtAll(): void {
    for (const [agent, watched] of this.#watched) {
      if (agent.record.generation < watched.generation) continue;
      const isThere = this.#options.registry.find(agent.spec.name) === agent && isLive(agent.record.state);
      if (!isThere || !isStarting(this.#options.activity.mindOf(agent))) this.#watched.delete(agent);
      else if (isRunning(agent.record.state)) this.#lookAt(agent, watched);
    }
    if (this.#watched.size === 0) this.stop();
  }

  #lookAt(agent: ManagedAgent, watched: Watched): void {
    watched.looks += 1;
    if (watched.looks < USUAL_LOOKS || watched.isLooking || agent.record.pane === null) return;
    watched.isLooking = true;
    this.#look(agent, agent.record.pane, watched)
      .catch((error: unknown) => this.#options.onError(`start of ${agent.spec.name}`, error))
      .finally(() => (watched.isLooking = false));
  }

  async #look(agent: ManagedAgent, pane: string, watched: Watched): Promise<void> {
    const { generation } = agent.record;
    const [rules, look] = await Promise.all([this.#load(), this.#options.tmux.look(pane)]);
    if (agent.record.generation !== generation || this.#watched.get(agent) !== watched) return;
    const isSilent = this.#options.registry.clock.monotonicMs() - watched.sinceMs >= SILENT_MS;
    this.#options.activity.seesStart(agent, startFinding(rules, look) ?? (isSilent ? SILENT : null));
  }

  async #load(): Promise<readonly ScreenRule[]> {
    return (this.#rules ??= await loadStartScreens(this.#options.installation));
  }

  #lastWords({ spec }: ManagedAgent): string {
    try {
      const file = fs.openSync(logPath(this.#options.paths, spec.name), 'r');
      try {
        const { size } = fs.fstatSync(file);
        const buffer = Buffer.alloc(Math.min(size, LAST_WORDS_BYTES));
        fs.readSync(file, buffer, 0, buffer.length, size - buffer.length);
        return buffer.toString('utf8');
      } finally {
        fs.closeSync(file);
      }
    } catch {
      return '';
    }
  }
}
