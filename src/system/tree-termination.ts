/**
 * Ends all processes of one agent: asks, waits, kills, and says what survived even that. Which processes those
 * are is agent-processes.ts; that an end was the user's wish is for the daemon to record.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentProcesses, hasEnded, isLeft, type Member } from './agent-processes.ts';
import { livenessOf, type Identity } from './identity.ts';
import type { MarkedProcess } from './marks.ts';
import { signalGroup, signalProcess, type GroupLeader } from './signals.ts';

export interface TerminationRequest {
  readonly agent: string;
  /** Whose marks `marked` reads. */
  readonly home: string;
  /** The agent's process and its group; null where only what carries the mark may be left. */
  readonly root: GroupLeader | null;
  /** Between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  /** SIGKILL at once. */
  readonly force: boolean;
  /** `findMarked(home)`, shared by all who ask within some milliseconds (cached-for.ts): each stop waits for one reading. */
  readonly marked: () => ReadonlyMap<string, readonly MarkedProcess[]>;
}

export interface Termination {
  /** What not even SIGKILL ended in time (uninterruptible sleep) or what is not ours to signal. Empty: all is gone. */
  readonly survivors: readonly Identity[];
  readonly usedKill: boolean;
  readonly elapsedMs: number;
}

/** The kernel needs a moment for SIGKILL; only a process in uninterruptible sleep takes longer. */
const KILL_WAIT_MS = 3000;

const FIRST_PAUSE_MS = 2;
const MAX_PAUSE_MS = 25;

/** Resolves when none of the agent's processes is left, or with those that are. */
export async function terminateTree(request: TerminationRequest): Promise<Termination> {
  const startedMs = performance.now();
  const members = new AgentProcesses(request.agent, request.root, request.marked);
  const end = new Ending(members, request.root);
  let left = await members.findAfresh();
  if (!request.force) {
    left = await end.signalUntilGone('SIGTERM', left, request.graceMs);
  }
  const usedKill = left.length > 0;
  if (usedKill) left = await end.signalUntilGone('SIGKILL', left, KILL_WAIT_MS);
  return {
    survivors: left.map(({ pid, startTime }) => ({ pid, startTime })),
    usedKill,
    elapsedMs: performance.now() - startedMs,
  };
}

class Ending {
  readonly #members: AgentProcesses;
  readonly #root: GroupLeader | null;

  constructor(members: AgentProcesses, root: GroupLeader | null) {
    this.#members = members;
    this.#root = root;
  }

  /** Signals `first` and whatever turns up later; gives what is left after `timeoutMs`. */
  async signalUntilGone(
    signal: 'SIGTERM' | 'SIGKILL',
    first: Member[],
    timeoutMs: number,
  ): Promise<Member[]> {
    const deadlineMs = performance.now() + timeoutMs;
    const signalled = new Set<string>();
    let left = first;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      const fresh = left.filter((one) => !signalled.has(keyOf(one)));
      // A second SIGTERM makes many programs quit at once: later ones go only to what has had none.
      this.#signal(signal, fresh, signal === 'SIGKILL' || signalled.size === 0);
      for (const one of left) signalled.add(keyOf(one));
      left = left.filter((one) => this.#isLeft(one, signal));
      if (left.length === 0) {
        // Something may have forked away while we looked: only a reading begun after the last one died proves it.
        left = await this.#members.findAfresh();
        if (left.length === 0) return left;
      }
      const remainingMs = deadlineMs - performance.now();
      if (remainingMs <= 0) return this.#members.find().filter(isLeft);
      if (left.every((one) => signalled.has(keyOf(one)))) await sleep(Math.min(pauseMs, remainingMs));
      // SIGKILL leaves nobody time to tidy up, but what forks faster than it is found has to be met again and again.
      if (signal === 'SIGKILL' && left.length > 0) left = this.#members.find();
    }
  }

  /** The group as a whole, so that none of it can fork away in between; then each that is outside of it. */
  #signal(signal: 'SIGTERM' | 'SIGKILL', targets: readonly Member[], mayTakeGroup: boolean): void {
    const { pgid } = this.#members;
    const asGroup =
      mayTakeGroup &&
      pgid !== undefined &&
      this.#root !== null &&
      targets.some((one) => one.pgid === pgid) &&
      !this.#members.hasStrangersInGroup() &&
      signalGroup(this.#root, signal, [...this.#members.marked(), ...targets]) === 'sent';
    for (const one of targets) {
      if (!asGroup || one.pgid !== pgid) signalProcess(one, signal);
    }
  }

  #isLeft(one: Member, signal: 'SIGTERM' | 'SIGKILL'): boolean {
    const liveness = livenessOf(one);
    // A stopped process acts on SIGTERM only once it goes on.
    if (liveness === 'stopped' && signal === 'SIGTERM') signalProcess(one, 'SIGCONT');
    return !hasEnded(liveness);
  }
}

function keyOf(one: Identity): string {
  return `${one.pid} ${one.startTime}`;
}
