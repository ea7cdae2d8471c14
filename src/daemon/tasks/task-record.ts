/** One task as the daemon holds it: what everybody sees, and what only the daemon needs to know of it. Shapes. */
import type { Outcome, PlacedTask } from '../../core/task-position.ts';
import type { Task, TaskResult } from '../../core/task.ts';

/** How a run of it came to its end, before what follows has happened. */
export interface Closing {
  readonly trigger: 'complete' | 'fail' | 'cancel';
  readonly reason: string;
  readonly result: TaskResult | null;
}

/** Stored beside the task. */
export interface TaskRest {
  /** It is given what those before it printed or answered. */
  readonly takesInput: boolean;
  /** Of its run; null where that has no bound of its own. */
  readonly maxOfRun: number | null;
  /** What comes before its start has happened. */
  readonly isPrepared: boolean;
  /** When the description was typed at its agent, and whether that is proved; null where it was not. */
  readonly sent: { readonly at: string; readonly isTaken: boolean; readonly generation: number } | null;
  /** Why it is being ended. */
  readonly ending: 'cancel' | 'rollback' | null;
  readonly closing: Closing | null;
  /** Its log was as long before this attempt. */
  readonly logFrom: number;
  readonly number: number | null;
  readonly undone: { readonly number: number; readonly outcome: Outcome } | null;
}

/** `task.result.output` is in the store alone. */
export interface TaskRecord {
  readonly id: string;
  task: Task;
  rest: TaskRest;
}

/** What its process starts from. Values are secret. */
export interface TaskLaunch {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly umask: number;
}

export const NOTHING_UNDER_WAY = { isPrepared: false, sent: null, ending: null, closing: null } as const;

export function placedOf({ task, rest }: TaskRecord): PlacedTask {
  return { task, number: rest.number, isClosing: rest.closing !== null, undone: rest.undone };
}
