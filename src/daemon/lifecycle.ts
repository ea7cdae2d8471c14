/**
 * What happens to agents and what follows: reports of wrappers become starts and ends, ends are judged by the restart
 * policy, and wishes of the user (run, stop) are carried out. The last wish wins, and there is never a second process.
 */
import { runPaths, type HomePaths } from '../config/paths.ts';
import { describeEnd, endFromStatus, type End, type EndKind } from '../core/end.ts';
import { judgeEnd, NO_RESTARTS, type Verdict as Judgement } from '../core/restart-policy.ts';
import { isLive, isRunning } from '../core/state.ts';
import type { WrapperReport } from '../core/wrapper-report.ts';
import { answer } from '../system/fifo-reader.ts';
import { bootId, readStat } from '../system/process-table.ts';
import { signalGroup, signalProcess } from '../system/signals.ts';
import { terminateTree } from '../system/tree-termination.ts';
import type { LaunchFailure, Launcher } from './launcher.ts';
import { VERDICTS_KEPT, type ManagedAgent, type RunningProcess } from './managed-agent.ts';
import type { Marks } from './marks.ts';
import type { Registry } from './registry.ts';

export interface LifecycleOptions {
  readonly registry: Registry;
  readonly launcher: () => Launcher;
  readonly marks: Marks;
  readonly paths: HomePaths;
  /** A start or a follow-up went wrong where nobody waits for it. */
  readonly onError: (agent: string, error: unknown) => void;
}

export interface StopOptions {
  readonly graceMs: number;
  readonly force: boolean;
  /** `run-again`: a restart, which counts as none of the policy's. */
  readonly next: 'stay-down' | 'run-again';
  /** Why, where it is not the user's wish: becomes the kind of the end. */
  readonly because?: { readonly kind: EndKind; readonly detail: string };
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

  constructor(options: LifecycleOptions) {
    this.#options = options;
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
    const stat = readStat(pid);
    const running: RunningProcess = {
      pid,
      startTime,
      pgid: typeof stat === 'object' ? stat.pgid : pid,
      generation: agent.record.generation,
      startedAt: this.#now(),
      bootId: bootId(),
    };
    this.adopt(agent, running);
    registry.move(agent, 'started', this.#startedBecause(agent));
    registry.emit('agent.started', agent.spec.name, { pid, generation: running.generation });
  }

  #startedBecause({ record, memory }: ManagedAgent): string {
    const isRestart = memory.inARow > 0 && record.restarts > 0 && record.verdicts[0] !== undefined;
    return isRestart ? `runs again (restart ${record.restarts} after ${record.verdicts[0]?.reason.split(', restarts')[0]})` : 'runs';
  }

  /** Takes a running process as the agent's own, without a word about how it came to run. */
  adopt(agent: ManagedAgent, running: RunningProcess): void {
    agent.startedAtMs = this.#options.registry.clock.monotonicMs();
    agent.unseen = 0;
    agent.resources = null;
    this.#options.registry.patch(agent, { process: running, startedAt: running.startedAt, exit: null });
  }

  /** The process of `generation` is gone, or never came to be. A second word on the same end changes nothing. */
  ended(agent: ManagedAgent, generation: number, seen: End): void {
    const { registry } = this.#options;
    const { record } = agent;
    if (record.generation !== generation || !isLive(record.state) || record.exit !== null) return;
    const end = attribute(seen, agent);
    const left = record.process;
    const uptimeMs = agent.startedAtMs === null ? 0 : registry.clock.monotonicMs() - agent.startedAtMs;
    agent.startedAtMs = null;
    registry.patch(agent, { process: null, exit: end });
    registry.emit('agent.ended', agent.spec.name, { generation, end });
    this.#options.marks.sweepSoon();
    if (record.wish === 'run' && agent.ending?.kind === 'stopped-by-user') {
      agent.memory = NO_RESTARTS;
      return this.#again(agent, left, 0, 'restarted by you');
    }
    const judgement = judgeEnd(agent.spec.restart, agent.memory, {
      end,
      uptimeMs,
      nowMs: registry.clock.monotonicMs(),
      random: Math.random(),
    });
    this.#follow(agent, judgement, left);
  }

  #follow(agent: ManagedAgent, judgement: Judgement, left: RunningProcess | null): void {
    const { registry } = this.#options;
    const { record } = agent;
    const { action, reason } = judgement;
    registry.patch(agent, { verdicts: [{ at: this.#now(), reason }, ...record.verdicts].slice(0, VERDICTS_KEPT) });
    registry.emit('agent.judged', agent.spec.name, { action, reason });
    if (judgement.action === 'restart') {
      this.#remember(agent, judgement.memory);
      return this.#again(agent, left, judgement.delayMs, reason);
    }
    answer(runPaths(this.#options.paths, agent.spec.name).verdict, 'end');
    registry.move(agent, judgement.action === 'finish' ? 'finished' : 'gave-up', reason);
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

  /** Starts the next generation after `delayMs`, once nothing is left of the old process group. */
  #again(agent: ManagedAgent, left: RunningProcess | null, delayMs: number, reason: string): void {
    const { registry, launcher } = this.#options;
    registry.move(agent, 'launch', reason);
    const start = async (): Promise<void> => {
      agent.cancelRestart = null;
      const { generation } = agent.record;
      await launcher().placed(agent);
      if (left !== null && groupLives(left)) await this.#clear(agent, left);
      if (agent.record.wish === 'run' && agent.record.generation === generation) await launcher().relaunch(agent, reason);
    };
    const run = (): void => void start().catch((error: unknown) => this.#options.onError(agent.spec.name, error));
    if (delayMs === 0) run();
    else agent.cancelRestart = registry.clock.after(delayMs, run);
  }

  /**
   * Ends everything of the agent and returns when it is gone, or when `run` was wished for meanwhile.
   * The end itself arrives as a report; whoever killed the wrapper too is not waited for.
   */
  async stop(agent: ManagedAgent, options: StopOptions): Promise<StopOutcome> {
    const { registry } = this.#options;
    const { record } = agent;
    if (options.because === undefined) registry.patch(agent, { wish: options.next === 'run-again' ? 'run' : 'stop' });
    agent.cancelRestart?.();
    const waited = agent.cancelRestart !== null;
    agent.cancelRestart = null;
    agent.ending = options.because ?? { kind: 'stopped-by-user' };
    const reason = options.because?.detail ?? 'stopped by you';
    if (waited || record.state === 'created') return this.#stopIdle(agent, reason);
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

  /** Nothing runs: an agent that waits for its restart, was never started, or has failed. */
  #stopIdle(agent: ManagedAgent, reason: string): StopOutcome {
    const { registry, paths } = this.#options;
    answer(runPaths(paths, agent.spec.name).verdict, 'end');
    registry.move(agent, agent.record.state === 'spawning' ? 'finished' : 'stop', reason);
    return NOTHING_TO_STOP;
  }

  /** Carries out a stop that the daemon before this one was asked for. */
  async finishStop(agent: ManagedAgent): Promise<void> {
    await this.stop(agent, { graceMs: LEFTOVER_GRACE_MS, force: false, next: 'stay-down' });
  }

  /** A start that came to nothing. */
  failed(agent: ManagedAgent, generation: number, { passing, message }: LaunchFailure): void {
    this.ended(agent, generation, { kind: passing ? 'lost' : 'spawn-failed', code: null, signal: null, at: this.#now(), detail: message });
  }

  pause(agent: ManagedAgent, reason: string): void {
    this.#signalAll(agent, 'SIGSTOP');
    this.#options.registry.move(agent, 'pause', reason);
  }

  resume(agent: ManagedAgent, reason: string): void {
    this.#signalAll(agent, 'SIGCONT');
    this.#options.registry.move(agent, 'resume', reason);
  }

  /** SIGINT to the foreground, as Ctrl-C does it. False where nothing runs. */
  interrupt(agent: ManagedAgent): boolean {
    const { process } = agent.record;
    return isRunning(agent.record.state) && process !== null && signalGroup(process, 'SIGINT', []) === 'sent';
  }

  #signalAll(agent: ManagedAgent, signal: 'SIGSTOP' | 'SIGCONT'): void {
    const { process } = agent.record;
    if (process === null) return;
    const marked = this.#options.marks.fresh().get(agent.spec.name) ?? [];
    signalGroup(process, signal, marked);
    for (const one of marked) if (one.pgid !== process.pgid) signalProcess(one, signal);
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

/** An end that we brought about ourselves bears our reason; its code and signal stay. */
function attribute(seen: End, agent: ManagedAgent): End {
  const { ending } = agent;
  if (ending === null || seen.kind === 'missing-cwd' || seen.kind === 'spawn-failed') return seen;
  if (ending.kind === 'stopped-by-user') return { ...seen, kind: ending.kind };
  return { ...seen, kind: ending.kind, detail: ending.detail ?? describeEnd(seen) };
}

function groupLives({ pgid }: RunningProcess): boolean {
  try {
    process.kill(-pgid, 0);
    return true;
  } catch {
    return false;
  }
}
