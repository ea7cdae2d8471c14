/**
 * What happens to agents: reports of wrappers become starts and ends, and wishes of the user (run, stop) are carried
 * out. The last wish wins, and there is never a second process. What follows an end is recovery/aftermath.ts, standing
 * still is halts.ts.
 */
import type { HomePaths } from '../config/paths.ts';
import { endFromStatus, type End } from '../core/end.ts';
import { NO_RESTARTS } from '../core/restart-policy.ts';
import { isLive, isRunning } from '../core/state.ts';
import type { WrapperReport } from '../core/wrapper-report.ts';
import { bootId, readStat } from '../system/process-table.ts';
import { signalGroup } from '../system/signals.ts';
import { terminateTree } from '../system/tree-termination.ts';
import { explainEnd, type Because, type Explain } from './ends.ts';
import { Halts } from './halts.ts';
import type { Launcher } from './launcher.ts';
import type { ManagedAgent, RunningProcess } from './managed-agent.ts';
import type { Marks } from './marks.ts';
import type { LaunchFailure } from './placement.ts';
import { Aftermath } from './recovery/aftermath.ts';
import type { Registry } from './registry.ts';
import type { EndTurn } from './tmux-loss/turns.ts';

export interface LifecycleOptions {
  readonly registry: Registry;
  readonly launcher: () => Launcher;
  readonly marks: Marks;
  readonly paths: HomePaths;
  /** Taken for a start in a new session: resolves when it is this agent's turn and tmux is there. */
  readonly turn: () => Promise<EndTurn>;
  /** Resolves once all that it printed is in its log. */
  readonly drained: (agent: string) => Promise<void>;
  /** A start or a follow-up went wrong where nobody waits for it. */
  readonly onError: (agent: string, error: unknown) => void;
}

export interface StopOptions {
  readonly graceMs: number;
  readonly force: boolean;
  /** `run-again`: a restart, which counts as none of the policy's. */
  readonly next: 'stay-down' | 'run-again';
  /** Why, where it is not the user's wish: becomes the kind of the end. */
  readonly because?: Because;
}

export interface StopOutcome {
  readonly survivors: readonly number[];
  readonly usedKill: boolean;
  readonly elapsedMs: number;
}

const NOTHING_TO_STOP: StopOutcome = { survivors: [], usedKill: false, elapsedMs: 0 };

/** How long what is left of a process group may take to go before the next generation starts. */
const LEFTOVER_GRACE_MS = 2000;

export class Lifecycle {
  readonly #options: LifecycleOptions;
  /** Asked in turn about every end that we did not bring about ourselves. */
  readonly explainers: Explain[] = [];
  /** Called when a process is reported to run, before it can have printed much. */
  readonly onStart: ((agent: ManagedAgent) => void)[] = [];

  /** What follows an end. */
  readonly aftermath: Aftermath;
  readonly halts: Halts;

  constructor(options: LifecycleOptions) {
    this.#options = options;
    const clear = (agent: ManagedAgent, left: RunningProcess): Promise<void> => this.#clear(agent, left);
    this.aftermath = new Aftermath({ ...options, clear });
    this.halts = new Halts(options);
  }

  onReport(report: WrapperReport): void {
    const agent = this.#options.registry.find(report.agent);
    if (!agent || report.generation !== agent.record.generation) return;
    switch (report.kind) {
      case 'started':
        return this.#started(agent, report.pid, report.startTime);
      case 'ended':
        return this.ended(agent, report.generation, endFromStatus(report.status, this.#now()));
      case 'failed':
        return this.ended(agent, report.generation, this.#failure(agent, report.why));
    }
  }

  #started(agent: ManagedAgent, pid: number, startTime: number): void {
    const { registry } = this.#options;
    if (agent.record.process?.generation === agent.record.generation) return;
    // A late word of a generation that is over: what lives of it is being ended.
    if (agent.record.exit !== null) return;
    const stat = readStat(pid);
    const seen = typeof stat === 'object' ? stat : { startTime: 0, pgid: pid };
    const running: RunningProcess = {
      pid,
      startTime: startTime === 0 ? seen.startTime : startTime,
      pgid: seen.pgid,
      generation: agent.record.generation,
      startedAt: this.#now(),
      bootId: bootId(),
    };
    const because = this.#startedBecause(agent);
    this.adopt(agent, running);
    registry.move(agent, 'started', because);
    for (const tell of this.onStart) tell(agent);
    registry.emit('agent.started', agent.spec.name, { pid, generation: running.generation });
  }

  #startedBecause({ record, memory }: ManagedAgent): string {
    if (record.parked === true) return 'runs again (its usage limit was to be reset by now)';
    const isRestart = memory.inARow > 0 && record.restarts > 0 && record.verdicts[0] !== undefined;
    return isRestart ? `runs again (restart ${record.restarts} after ${record.verdicts[0]?.reason.split(', restarts')[0]})` : 'runs';
  }

  /** Takes a running process as the agent's own, without a word about how it came to run. */
  adopt(agent: ManagedAgent, running: RunningProcess): void {
    agent.startedAtMs = this.#options.registry.clock.monotonicMs();
    agent.unseen = 0;
    agent.resources = null;
    agent.processes = [];
    this.#options.registry.patch(agent, { process: running, startedAt: running.startedAt, exit: null, parked: false });
  }

  /** The process of `generation` is gone, or never came to be. A second word on the same end changes nothing. */
  ended(agent: ManagedAgent, generation: number, seen: End): void {
    const { registry } = this.#options;
    const { record } = agent;
    if (record.generation !== generation || !isLive(record.state) || record.exit !== null) return;
    const end = explainEnd(agent, seen, this.explainers);
    const left = record.process;
    const uptimeMs = agent.startedAtMs === null ? 0 : registry.clock.monotonicMs() - agent.startedAtMs;
    agent.startedAtMs = null;
    registry.patch(agent, { process: null, exit: end, parked: false });
    registry.emit('agent.ended', agent.spec.name, { generation, end });
    this.#options.marks.sweepSoon();
    if (record.wish === 'run' && agent.ending?.kind === 'stopped-by-user') {
      agent.memory = NO_RESTARTS;
      registry.patch(agent, { rolledBack: false, failedOver: false });
      return this.aftermath.again(agent, left, { delayMs: 0 }, 'restarted by you');
    }
    this.aftermath.judge(agent, { end, uptimeMs, left });
  }

  /** Its terminal is gone with the tmux server: ended at once, and what lives on of it is ended too. */
  lost(agent: ManagedAgent, detail: string): void {
    const { record } = agent;
    if (!isLive(record.state) || (record.process === null && agent.cancelRestart !== null)) return;
    if (agent.ending?.kind !== 'stopped-by-user') agent.ending = { kind: 'lost', detail, outage: 'server-lost' };
    this.ended(agent, record.generation, { kind: 'lost', code: null, signal: null, at: this.#now(), detail });
  }

  /** Starts in its turn one that the end of the machine had ended. */
  bringBack(agent: ManagedAgent, reason: string): void {
    this.#options.registry.patch(agent, { wish: 'run', restarts: agent.record.restarts + 1 });
    this.aftermath.again(agent, null, { delayMs: 0 }, reason);
  }

  /**
   * Lets the agent rest until `until` (ISO 8601), when a usage limit is reset: ends what runs, spends no restart.
   * False where nothing runs that could be parked and nothing is about to start.
   */
  async park(agent: ManagedAgent, until: string, detail: string, graceMs: number): Promise<boolean> {
    const { record } = agent;
    if (record.wish === 'stop' || !isLive(record.state) || record.state === 'terminating') return false;
    if (this.aftermath.cancelWait(agent)) {
      this.aftermath.again(agent, null, { until }, `${detail}, starts again at ${until}`);
      return true;
    }
    await this.stop(agent, { graceMs, force: false, next: 'run-again', because: { kind: 'usage-limit', detail, until } });
    return true;
  }

  /**
   * Ends everything of the agent and returns when it is gone, or when `run` was wished for meanwhile.
   * The end itself arrives as a report; whoever killed the wrapper too is not waited for.
   */
  async stop(agent: ManagedAgent, options: StopOptions): Promise<StopOutcome> {
    const { registry } = this.#options;
    const { record } = agent;
    if (options.because === undefined) registry.patch(agent, { wish: options.next === 'run-again' ? 'run' : 'stop' });
    const waited = this.aftermath.cancelWait(agent);
    agent.ending = options.because ?? { kind: 'stopped-by-user' };
    const reason = options.because?.detail ?? 'stopped by you';
    if (waited || record.state === 'created') return await this.#stopIdle(agent, reason, options);
    if (!isLive(record.state)) return NOTHING_TO_STOP;
    registry.move(agent, 'stop', options.because ? reason : 'stopping, as you asked');
    const { generation } = record;
    if (record.process === null) {
      await registry.until(() => record.process !== null || !isLive(record.state) || record.generation !== generation, options.graceMs);
    }
    const ended = await this.#terminate(agent, record.process, options);
    await registry.until(() => record.process === null || record.generation !== generation, 1000);
    if (record.process !== null && record.generation === generation && ended.survivors.length === 0) {
      this.ended(agent, generation, { kind: 'lost', code: null, signal: null, at: this.#now(), detail: 'ended unobserved' });
    }
    return ended;
  }

  /** Ends an agent that runs for a reason of ours, which becomes the kind of its end; the policy judges it. */
  endFor(agent: ManagedAgent, because: Because, graceMs: number): void {
    if (agent.record.process === null || agent.record.state === 'terminating') return;
    const stopped = this.stop(agent, { graceMs, force: false, next: 'run-again', because });
    stopped.catch((error: unknown) => this.#options.onError(agent.spec.name, error));
  }

  /** No process of its own: an agent that waits for its restart or was never started. An earlier one may have left something. */
  async #stopIdle(agent: ManagedAgent, reason: string, options: StopOptions): Promise<StopOutcome> {
    const wasCreated = agent.record.state === 'created';
    this.#options.registry.move(agent, agent.record.state === 'spawning' ? 'finished' : 'stop', reason);
    this.aftermath.dismiss(agent);
    return wasCreated ? NOTHING_TO_STOP : await this.#terminate(agent, null, options);
  }

  /**
   * Ends the wait for a back-off, a reset or a turn, for another start instead: with nothing left of the last one.
   * False where there is none.
   */
  async endWait(agent: ManagedAgent): Promise<boolean> {
    if (!this.aftermath.cancelWait(agent)) return false;
    await this.#terminate(agent, null, { graceMs: LEFTOVER_GRACE_MS, force: false, next: 'run-again' });
    return true;
  }

  /** Carries out a stop that the daemon before this one was asked for. */
  async finishStop(agent: ManagedAgent): Promise<void> {
    await this.stop(agent, { graceMs: LEFTOVER_GRACE_MS, force: false, next: 'stay-down' });
  }

  /** A start that came to nothing. */
  failed(agent: ManagedAgent, generation: number, { passing, message }: LaunchFailure): void {
    if (passing && agent.ending === null) agent.ending = { kind: 'lost', detail: message, outage: 'not-started' };
    this.ended(agent, generation, { kind: passing ? 'lost' : 'spawn-failed', code: null, signal: null, at: this.#now(), detail: message });
  }

  /** SIGINT to the foreground, as Ctrl-C does it. False where nothing runs. */
  interrupt(agent: ManagedAgent): boolean {
    const { process } = agent.record;
    return isRunning(agent.record.state) && process !== null && signalGroup(process, 'SIGINT', []) === 'sent';
  }

  async #terminate(agent: ManagedAgent, root: RunningProcess | null, options: StopOptions): Promise<StopOutcome> {
    const generation = root?.generation ?? agent.record.generation;
    const { survivors, usedKill, elapsedMs } = await terminateTree({
      agent: agent.spec.name,
      home: this.#options.paths.home,
      root,
      graceMs: options.graceMs,
      force: options.force,
      marked: this.#options.marks.upTo(agent.spec.name, generation),
    });
    return { survivors: survivors.map(({ pid }) => pid), usedKill, elapsedMs };
  }

  async #clear(agent: ManagedAgent, left: RunningProcess): Promise<void> {
    await this.#terminate(agent, left, { graceMs: LEFTOVER_GRACE_MS, force: false, next: 'run-again' });
  }

  #failure(agent: ManagedAgent, why: 'missing-cwd' | 'missing-command'): End {
    const at = this.#now();
    return why === 'missing-cwd'
      ? { kind: 'missing-cwd', code: null, signal: null, at, detail: `its working folder ${agent.spec.cwd} is gone` }
      : { kind: 'spawn-failed', code: 127, signal: null, at, detail: `its program ${agent.spec.command[0] ?? ''} is gone` };
  }

  #now(): string {
    return this.#options.registry.clock.now().toISOString();
  }
}
