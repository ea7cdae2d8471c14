/**
 * What follows an end: the policy judges it, and the next start is made at once, after a back-off, or when a usage
 * limit is reset; or the agent is left ended. That something ended is lifecycle.ts's to find out.
 */
import { runPaths, type HomePaths } from '../../config/paths.ts';
import { describeEnd, type End } from '../../core/end.ts';
import { judgeOutage } from '../../core/outage-policy.ts';
import { DEFAULT_RECOVERY, judgeOnLadder, type Judgement } from '../../core/recovery.ts';
import type { Ending } from '../../core/restart-policy.ts';
import { isLive } from '../../core/state.ts';
import { answer } from '../../system/fifo-reader.ts';
import type { Launcher } from '../launcher.ts';
import { VERDICTS_KEPT, type ManagedAgent, type RunningProcess } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { EndTurn } from '../tmux-loss/turns.ts';
import { tryRollBack, type Rollback } from './rollback.ts';
import { startAfter, startAt } from './planned-start.ts';

export interface AftermathOptions {
  readonly registry: Registry;
  readonly launcher: () => Launcher;
  readonly paths: HomePaths;
  /** Ends what is left of the process group of the generation that ended. */
  readonly clear: (agent: ManagedAgent, left: RunningProcess) => Promise<void>;
  /** Taken for a start in a new session: resolves when it is this agent's turn and tmux is there. */
  readonly turn: () => Promise<EndTurn>;
  /** Resolves once all that it printed is in its log. */
  readonly drained: (agent: string) => Promise<void>;
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
  /** Set by what keeps checkpoints. */
  rollback: Rollback | null = null;

  constructor(options: AftermathOptions) {
    this.#options = options;
  }

  /** Judges an end and does what the verdict says. */
  judge(agent: ManagedAgent, { end, uptimeMs, left }: Ended): void {
    const { spec, memory, ending } = agent;
    const nowMs = this.#options.registry.clock.monotonicMs();
    const random = Math.random();
    if (ending?.isFinal) return this.#follow(agent, { action: 'give-up', reason: `${describeEnd(end)}, and is not to run again` }, left);
    if (ending?.outage) return this.#follow(agent, judgeOutage(ending.outage, spec.restart, memory, end, random), left);
    if (uptimeMs >= spec.restart.stableAfterMs) this.#options.registry.patch(agent, { rolledBack: false });
    this.#judgeOn(agent, { end, uptimeMs, nowMs, random }, left);
  }

  #judgeOn(agent: ManagedAgent, ending: Ending, left: RunningProcess | null): void {
    const { spec, memory, record } = agent;
    const settings = { restart: spec.restart, recovery: spec.recovery ?? DEFAULT_RECOVERY };
    const ladder = { rolledBack: record.rolledBack === true, failedOver: record.failedOver === true };
    const verdict = judgeOnLadder(settings, memory, ladder, ending);
    if (verdict.action === 'roll-back') void this.#rollBack(agent, ending, verdict, left);
    else this.#follow(agent, verdict, left);
  }

  /** Where it cannot be rolled back, that is told, and the end is judged again without this rung. */
  async #rollBack(agent: ManagedAgent, ending: Ending, verdict: Extract<Judgement, { action: 'roll-back' }>, left: RunningProcess | null): Promise<void> {
    const { registry, clear } = this.#options;
    const { record } = agent;
    const { generation } = record;
    registry.patch(agent, { rolledBack: true });
    registry.move(agent, 'launch', verdict.reason);
    let cancelled = false;
    agent.cancelRestart = () => void (cancelled = true);
    if (left !== null) await clear(agent, left);
    const outcome = await tryRollBack(this.rollback, agent);
    if (cancelled || record.generation !== generation || record.wish === 'stop') return;
    agent.cancelRestart = null;
    if (outcome.ok) return this.#follow(agent, { ...verdict, reason: `${describeEnd(ending.end)}, rolled back to ${outcome.id}, runs again` }, null);
    this.#note(agent, 'roll-back', `not rolled back: ${outcome.why}`);
    this.#judgeOn(agent, ending, null);
  }

  #note(agent: ManagedAgent, action: Judgement['action'], reason: string): void {
    const { registry } = this.#options;
    registry.patch(agent, { verdicts: [{ at: this.#now(), action, reason }, ...agent.record.verdicts].slice(0, VERDICTS_KEPT) });
    registry.emit('agent.judged', agent.spec.name, { action, reason });
  }

  #follow(agent: ManagedAgent, verdict: Judgement, left: RunningProcess | null): void {
    const { registry, clear } = this.#options;
    const { action, reason } = verdict;
    this.#note(agent, action, reason);
    switch (verdict.action) {
      case 'restart':
        this.#remember(agent, verdict.memory);
        return this.again(agent, left, verdict, reason);
      case 'roll-back':
        this.#remember(agent, verdict.memory);
        return this.again(agent, left, { delayMs: 0 }, reason);
      case 'fail-over':
        this.#remember(agent, verdict.memory);
        registry.patch(agent, { failedOver: true });
        return this.again(agent, left, { delayMs: 0 }, reason);
      case 'park':
        return this.again(agent, left, verdict, reason);
      case 'finish':
      case 'give-up':
        if (left !== null && agent.ending?.outage) this.#quietly(agent, clear(agent, left));
        registry.move(agent, action === 'finish' ? 'finished' : 'gave-up', reason);
        this.dismiss(agent);
    }
  }

  #remember(agent: ManagedAgent, memory: ManagedAgent['memory']): void {
    agent.memory = memory;
    const { clock } = this.#options.registry;
    const [wallMs, nowMs] = [clock.now().getTime(), clock.monotonicMs()];
    this.#options.registry.patch(agent, {
      // What never ran is started, not restarted.
      restarts: agent.record.restarts + (agent.ending?.outage === 'not-started' ? 0 : 1),
      restartedAt: memory.restartedAtMs.map((at) => new Date(wallMs - (nowMs - at)).toISOString()),
      restartsInARow: memory.inARow,
    });
  }

  /** Starts the next generation when it is time, once nothing is left of the old one, and in a new session in its turn. */
  again(agent: ManagedAgent, left: RunningProcess | null, when: When, reason: string): void {
    const { registry } = this.#options;
    registry.move(agent, 'launch', reason);
    const wait = { isOver: false };
    const run = (): void => {
      agent.cancelRestart = () => void (wait.isOver = true);
      this.#quietly(agent, this.#start(agent, left, reason, wait));
    };
    if ('until' in when) startAt(registry, agent, when.until, run);
    else startAfter(registry, agent, when.delayMs, run);
  }

  async #start(agent: ManagedAgent, left: RunningProcess | null, reason: string, wait: { readonly isOver: boolean }): Promise<void> {
    const { launcher, turn, clear } = this.#options;
    const { record } = agent;
    const { generation } = record;
    const isOutage = agent.ending?.outage !== undefined;
    await launcher().placed(agent);
    const endTurn = record.wrapper === null && !wait.isOver ? await turn() : null;
    try {
      if (left !== null && (isOutage || groupLives(left))) await clear(agent, left);
      if (wait.isOver) return;
      agent.cancelRestart = null;
      if (record.wish === 'run' && record.generation === generation) await launcher().relaunch(agent, reason);
    } finally {
      endTurn?.();
    }
  }

  /** Lets the wrapper go that waits in the pane, and the pane with it, once its last words are in the log. */
  dismiss(agent: ManagedAgent): void {
    const { generation } = agent.record;
    const dismiss = async (): Promise<void> => {
      await this.#options.drained(agent.spec.name);
      agent.draining = null;
      if (agent.record.generation !== generation || isLive(agent.record.state)) return;
      answer(runPaths(this.#options.paths, agent.spec.name).verdict, 'end');
    };
    agent.draining = dismiss();
    this.#quietly(agent, agent.draining);
  }

  #quietly(agent: ManagedAgent, work: Promise<unknown>): void {
    void work.catch((error: unknown) => this.#options.onError(agent.spec.name, error));
  }

  /** Ends the wait for a back-off, a reset or a turn, without a start. False where there is none. */
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
