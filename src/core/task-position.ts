/** How far an agent has come in its tasks, and which of them are undone or done again when it is taken back or forward. Pure. */
import type { TaskPosition } from './checkpoint.ts';
import { isOver, type Task } from './task.ts';

/** What a task had come to before its agent was taken back. */
export type Outcome = Pick<Task, 'state' | 'reason' | 'progress' | 'result' | 'attempt' | 'dueAt' | 'checkpoints' | 'startedAt' | 'endedAt'>;

export interface PlacedTask {
  readonly task: Task;
  /** Its agent's tasks are numbered in the order in which they end; null for one that has not, and one that was undone. */
  readonly number: number | null;
  /** Its outcome is there already, though what follows the end is still under way. */
  readonly isClosing: boolean;
  /** Null where it was not undone, or has ended anew since. */
  readonly undone: { readonly number: number; readonly outcome: Outcome } | null;
}

export const HELD_REASON = 'its agent was rolled back';

/** @param tasks of the agent, oldest first @param ended the highest number that was given */
export function positionOf(tasks: readonly PlacedTask[], ended: number): TaskPosition {
  const done = tasks.filter(({ number }) => number !== null).toSorted((one, other) => (one.number ?? 0) - (other.number ?? 0));
  const running = tasks.find(({ task, isClosing }) => task.state === 'running' && !isClosing)?.task;
  const last = done.at(-1)?.task;
  const plan = (running ?? last)?.plan ?? null;
  return {
    ended,
    done: done.length,
    last: last?.id ?? null,
    running: running?.id ?? null,
    waiting: tasks.filter(({ task }) => task.state === 'pending' || task.state === 'queued').map(({ task }) => task.id),
    stage: plan && { run: plan.run, number: plan.stage, of: plan.of },
  };
}

/** What changes of the agent's tasks when it is taken to that position. `undo`: pending again and held. */
export type Move = { readonly kind: 'undo' | 'restore'; readonly placed: PlacedTask };

/** Nothing where it stands there already. One that never ended stays as it is. */
export function movesTo(tasks: readonly PlacedTask[], position: TaskPosition): Move[] {
  const waited = new Set([...position.waiting, ...(position.running === null ? [] : [position.running])]);
  return tasks.flatMap((placed): Move[] => {
    const { task, number, undone } = placed;
    const its = number ?? undone?.number ?? null;
    if (its === null) return [];
    const hadEnded = its <= position.ended && !waited.has(task.id);
    if (number !== null) return hadEnded ? [] : [{ kind: 'undo', placed }];
    return hadEnded && !isOver(task.state) && task.state !== 'running' ? [{ kind: 'restore', placed }] : [];
  });
}

/** The same task after the move. */
export function afterMove({ kind, placed }: Move): PlacedTask {
  const { task, number, undone } = placed;
  if (kind === 'restore') return undone === null ? placed : { task: { ...task, ...undone.outcome, isHeld: false }, number: undone.number, isClosing: false, undone: null };
  const reason = `${HELD_REASON}: muxward task resume ${task.id} lets it run again`;
  const fresh = { progress: null, result: null, attempt: 0, dueAt: null, checkpoints: { before: null, after: null }, startedAt: null, endedAt: null };
  return { task: { ...task, ...fresh, state: 'pending', reason, isHeld: true }, number: null, isClosing: false, undone: number === null ? undone : { number, outcome: outcomeOf(task) } };
}

function outcomeOf({ state, reason, progress, result, attempt, dueAt, checkpoints, startedAt, endedAt }: Task): Outcome {
  return { state, reason, progress, result, attempt, dueAt, checkpoints, startedAt, endedAt };
}
