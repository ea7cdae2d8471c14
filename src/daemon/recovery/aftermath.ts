/**
 * What follows an end: the policy judges it, and the next start is made at once, after a back-off, or when a usage
 * limit is reset; or the agent is left ended. That something ended is lifecycle.ts's to find out.
 */
import { runPaths, type HomePaths } from '../../config/paths.ts';
import type { End } from '../../core/end.ts';
import { judgeEnd, type Verdict } from '../../core/restart-policy.ts';
import { answer } from '../../system/fifo-reader.ts';
import type { Launcher } from '../launcher.ts';
import { VERDICTS_KEPT, type ManagedAgent, type RunningProcess } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import { startAfter, startAt } from './planned-start.ts';

export interface AftermathOptions {
  readonly registry: Registry;
  readonly launcher: () => Launcher;
  readonly paths: HomePaths;
  /** Ends what is left of the process group of the generation that ended. */
  readonly clear: (agent: ManagedAgent, left: RunningProcess) => Promise<void>;
  /** A start went wrong where nobody waits for it. */
  readonly onError: (agent: string, error: unknown) => void;
}

/** One end of one generation, with what may be left of its process group. */
export interface Ended {
  readonly end: End;
  /** Monotonic. */
  readonly uptimeMs: number;
  readonly left: RunningProcess | null;
}

/** When the next generation starts: after a back-off, or at a time of the wall clock. */
type When = { readonly delayMs: number } | { readonly until: string };

export class Aftermath {
  readonly #options: AftermathOptions;

  constructor(options: AftermathOptions) {
    this.#options = options;
  }

  /** Judges an end and does what the verdict says. */
  judge(agent: ManagedAgent, { end, uptimeMs, left }: Ended): void {
    const nowMs = this.#options.registry.clock.monotonicMs();
    const verdict = judgeEnd(agent.spec.restart, agent.memory, { end, uptimeMs, nowMs, random: Math.random() });
    this.#follow(agent, verdict, left);
  }

  #follow(agent: ManagedAgent, verdict: Verdict, left: RunningProcess | null): void {
    const { registry, paths } = this.#options;
    const { action, reason } = verdict;
    registry.patch(agent, { verdicts: [{ at: this.#now(), action, reason }, ...agent.record.verdicts].slice(0, VERDICTS_KEPT) });
    registry.emit('agent.judged', agent.spec.name, { action, reason });
    switch (verdict.action) {
      case 'restart':
        this.#remember(agent, verdict.memory);
        return this.again(agent, left, verdict, reason);
      case 'park':
        return this.again(agent, left, verdict, reason);
      case 'finish':
      case 'give-up':
        answer(runPaths(paths, agent.spec.name).verdict, 'end');
        registry.move(agent, action === 'finish' ? 'finished' : 'gave-up', reason);
    }
  }

  #remember(agent: ManagedAgent, memory: ManagedAgent['memory']): void {
    agent.memory = memory;
    const { clock } = this.#options.registry;
    const [wallMs, nowMs] = [clock.now().getTime(), clock.monotonicMs()];
    this.#options.registry.patch(agent, {
      restarts: agent.record.restarts + 1,
      restartedAt: memory.restartedAtMs.map((at) => new Date(wallMs - (nowMs - at)).toISOString()),
      restartsInARow: memory.inARow,
    });
  }

  /** Starts the next generation when it is time, once nothing is left of the old process group. */
  again(agent: ManagedAgent, left: RunningProcess | null, when: When, reason: string): void {
    const { registry, launcher, clear } = this.#options;
    registry.move(agent, 'launch', reason);
    const start = async (): Promise<void> => {
      const { generation } = agent.record;
      await launcher().placed(agent);
      if (left !== null && groupLives(left)) await clear(agent, left);
      if (agent.record.wish === 'run' && agent.record.generation === generation) await launcher().relaunch(agent, reason);
    };
    const run = (): void => void start().catch((error: unknown) => this.#options.onError(agent.spec.name, error));
    if ('until' in when) startAt(registry, agent, when.until, run);
    else startAfter(registry, agent, when.delayMs, run);
  }

  /** Ends the wait for a back-off or a reset, without a start. False where there is none. */
  cancelWait(agent: ManagedAgent): boolean {
    if (agent.cancelRestart === null) return false;
    agent.cancelRestart();
    agent.cancelRestart = null;
    this.#options.registry.patch(agent, { startsAt: null, parked: false });
    return true;
  }

  /** Goes on with the wait that the daemon before this one began. */
  waitOn(agent: ManagedAgent): void {
    const { record, spec } = agent;
    const at = record.startsAt ?? this.#now();
    const leftMs = Math.max(0, Date.parse(at) - this.#options.registry.clock.now().getTime());
    // A back-off is never longer than its cap, whatever the clock says now.
    const when = record.parked === true ? { until: at } : { delayMs: Math.min(leftMs, spec.restart.maxDelayMs) };
    this.again(agent, null, when, record.reason);
  }

  #now(): string {
    return this.#options.registry.clock.now().toISOString();
  }
}

function groupLives({ pgid }: RunningProcess): boolean {
  try {
    process.kill(-pgid, 0);
    return true;
  } catch {
    return false;
  }
}
