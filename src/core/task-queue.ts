/** Which tasks wait, which cannot come to anything any more, and which start now. Pure. */
import { isOver, type Task } from './task.ts';

/** What of a task decides about its turn. */
export type Queued = Pick<Task, 'id' | 'state' | 'agent' | 'priority' | 'after' | 'isHeld' | 'dueAt' | 'plan'>;

/** What of a task decides about those that come after it. */
export type Before = Pick<Task, 'state' | 'attempt' | 'optional'>;

/** What the tasks before it mean for one that waits. */
export type Standing =
  | { readonly kind: 'ready' }
  /** `held`: by the user's leave only. */
  | { readonly kind: 'waits'; readonly on: readonly string[] | 'held' }
  | { readonly kind: 'hopeless'; readonly because: string };

/** Of one that is pending or queued. A task that it comes after and that nobody knows any more has come to nothing. */
export function standingOf(task: Pick<Queued, 'after' | 'isHeld'>, before: (id: string) => Before | undefined): Standing {
  const states = task.after.map((id) => [id, stateFor(before(id))] as const);
  const lost = states.find(([, state]) => state === undefined || state === 'failed' || state === 'cancelled');
  if (lost !== undefined) return { kind: 'hopeless', because: lost[1] === undefined ? `${lost[0]}, which it comes after, is not known any more` : `${lost[0]}, which it comes after, was ${lost[1] === 'failed' ? 'not done: it failed' : 'cancelled'}` };
  if (task.isHeld) return { kind: 'waits', on: 'held' };
  const on = states.filter(([, state]) => state !== 'completed').map(([id]) => id);
  return on.length === 0 ? { kind: 'ready' } : { kind: 'waits', on };
}

/** One that may fail and did counts as done; one that never ran, for want of what it needed itself, does not. */
function stateFor(before: Before | undefined): Task['state'] | undefined {
  return before?.state === 'failed' && before.optional && before.attempt > 0 ? 'completed' : before?.state;
}

export interface Room {
  readonly nowMs: number;
  /** At most so many at once, over all. */
  readonly maxParallel: number;
  /** The same for one run of a plan; null where it has no bound of its own. */
  readonly maxOfRun: (run: string) => number | null;
  /** Whether its agent could take it now, besides other tasks. */
  readonly canTake: (id: string) => boolean;
}

/**
 * What starts now, in this order: by priority, then by age; one task of an agent at a time.
 * @param tasks oldest first
 */
export function startsNow<T extends Queued>(tasks: readonly T[], room: Room): T[] {
  const running = tasks.filter(({ state }) => state === 'running');
  const busy = new Set(running.flatMap(({ agent }) => agent ?? []));
  const ofRun = Map.groupBy(running.filter(({ plan }) => plan !== null), ({ plan }) => plan?.run ?? '');
  const counts = new Map([...ofRun].map(([run, its]) => [run, its.length]));
  const starting: T[] = [];
  for (const task of inOrder(tasks)) {
    if (running.length + starting.length >= room.maxParallel) break;
    const { agent, plan } = task;
    const used = plan === null ? 0 : (counts.get(plan.run) ?? 0);
    const isFull = plan !== null && used >= (room.maxOfRun(plan.run) ?? Infinity);
    if ((agent !== null && busy.has(agent)) || isFull || !isDue(task, room.nowMs) || !room.canTake(task.id)) continue;
    starting.push(task);
    if (agent !== null) busy.add(agent);
    if (plan !== null) counts.set(plan.run, used + 1);
  }
  return starting;
}

/** Those whose turn comes, first first. */
function inOrder<T extends Queued>(tasks: readonly T[]): T[] {
  return tasks.filter(({ state }) => state === 'queued').toSorted((one, other) => one.priority - other.priority);
}

/** When the next back-off is over; null where none is waited for. */
export function nextDueMs(tasks: readonly Queued[], nowMs: number): number | null {
  const due = tasks.filter((task) => task.state === 'queued' && !isDue(task, nowMs)).map(({ dueAt }) => Date.parse(dueAt ?? ''));
  return due.length === 0 ? null : Math.min(...due);
}

/** Before the next attempt. `attempt` is the number of the one that failed. */
export function taskBackOffMs(backoffMs: number, attempt: number): number {
  return Math.min(backoffMs * 2 ** (attempt - 1), 86_400_000);
}

/** Ids of ended ones that may be forgotten, oldest first, so that `keep` stay: never what another still comes after. */
export function chooseToForget(tasks: readonly Queued[], keep: number): string[] {
  const needed = new Set(tasks.filter(({ state }) => !isOver(state)).flatMap(({ after }) => after));
  const ended = tasks.filter(({ state }) => isOver(state));
  return ended.slice(0, Math.max(0, ended.length - keep)).flatMap(({ id }) => (needed.has(id) ? [] : [id]));
}

function isDue({ dueAt }: Queued, nowMs: number): boolean {
  return dueAt === null || Date.parse(dueAt) <= nowMs;
}
