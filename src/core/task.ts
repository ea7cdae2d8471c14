/**
 * What a task is: work that is queued, run on its own or by an agent, and whose outcome is kept. Shapes, the state table
 * and what users may write; which task starts when is task-queue.ts.
 */
import { statusOfEnd } from './end.ts';
import { MuxwardError } from './errors.ts';
import { printable } from './names.ts';

/**
 * `pending`: waits for other tasks, or is held. `queued`: waits for its turn. An ended one is `completed`, `failed` or
 * `cancelled`, and changes only by `task retry` or a rollback of its agent.
 */
export const TASK_STATES = ['pending', 'queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export type TaskState = (typeof TASK_STATES)[number];

/** What the task's process says of itself: `::progress 40 Analysing`, or `muxward progress 40 Analysing`. */
export interface TaskProgress {
  /** 0 to 100. */
  readonly percent: number;
  readonly step: string | null;
  /** About as long it still takes, by what it took so far; null where that says nothing. */
  readonly remainingMs: number | null;
  /** ISO 8601. */
  readonly at: string;
}

/** What came of it. */
export interface TaskResult {
  /** Exit status of its process; null where a signal ended it, and where it had none of its own. */
  readonly status: number | null;
  readonly signal: string | null;
  /** The end of what it printed, plain. Null in lists, which leave it out, and where nothing was printed by a process of its own. */
  readonly output: string | null;
  /** What an agent said last; null where there is none, or where that is not known. */
  readonly answer: string | null;
}

/** The plan that a task belongs to. */
export interface TaskPlan {
  /** `run_…`: of all tasks that were submitted together. */
  readonly run: string;
  readonly name: string;
  /** What the plan calls the task. */
  readonly task: string;
  /** Counted from 1, in the order of the plan. */
  readonly stage: number;
  readonly of: number;
}

/** One task as the world sees it. Fields are only ever added. Times are ISO 8601 UTC. */
export interface Task {
  readonly id: string;
  readonly description: string;
  /** Whose it is; null where it is nobody's. */
  readonly agent: string | null;
  /** The type of the agent that is started for it alone. */
  readonly agentType: string | null;
  /** Program and arguments; null where the description is sent to an agent. */
  readonly command: readonly string[] | null;
  readonly state: TaskState;
  /** Why it is in this state, in words. */
  readonly reason: string;
  /** 1 is first, 10 last. */
  readonly priority: number;
  readonly category: string | null;
  /** Ids of those that must have completed before it starts. */
  readonly after: readonly string[];
  /** What it is given of the tasks before it; null where it is given nothing. */
  readonly input: string | null;
  /** How often it was started. */
  readonly attempt: number;
  /** How often it is started again after a failure. */
  readonly retries: number;
  /** Before the first of these; doubled for each more. */
  readonly backoffMs: number;
  readonly timeoutMs: number | null;
  /** It does not start before; null where it may at once. */
  readonly dueAt: string | null;
  readonly progress: TaskProgress | null;
  readonly result: TaskResult | null;
  readonly plan: TaskPlan | null;
  /** Of its agent, made before it started and after it ended. */
  readonly checkpoints: { readonly before: string | null; readonly after: string | null };
  /** It may fail: what comes after it starts all the same. */
  readonly optional: boolean;
  /** It waits for `task resume ID`. */
  readonly isHeld: boolean;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** Of whoever submits: where commands run and with what. Values are secret. */
interface TaskCaller {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly umask: number;
}

/** One task as it is asked for. Needs a command, an agent, or a type of agent. */
export interface TaskWish {
  /** By which others of the same request name it in their `after`. */
  readonly key?: string;
  readonly description: string;
  readonly agent?: string;
  readonly agentType?: string;
  readonly command?: readonly string[];
  readonly priority?: number;
  readonly category?: string;
  /** Ids, or keys of this request. */
  readonly after?: readonly string[];
  readonly retries?: number;
  readonly backoffMs?: number;
  readonly timeoutMs?: number;
  /** Instead of the caller's folder. Absolute. */
  readonly cwd?: string;
  /** Besides the caller's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What comes after it starts also where it fails. */
  readonly optional?: boolean;
}

/** All are checked and stored together, or none is. */
export interface SubmitRequest {
  readonly tasks: readonly TaskWish[];
  readonly from: TaskCaller;
  readonly plan?: {
    readonly name: string;
    /** With `pipeline` each task is given what those before it printed or answered. */
    readonly strategy: string;
    /** At most so many of them at once. */
    readonly maxParallel?: number;
  };
  /** Check everything, store nothing: the reply has no tasks. */
  readonly dryRun?: boolean;
}

/** In the order in which they were submitted. `run` is null where there was no plan. */
export interface SubmitReply {
  readonly tasks: readonly Task[];
  readonly run: string | null;
}

export interface TaskList {
  /** Oldest first. */
  readonly tasks: readonly Task[];
  /** Nothing starts until `task resume`. */
  readonly isPaused: boolean;
}

export const DEFAULT_PRIORITY = 5;
export const DEFAULT_BACKOFF_MS = 1000;
export const PRIORITY_WORDS = { critical: 1, high: 3, medium: 5, low: 8 } as const;

/** A word or a number. @throws MuxwardError `usage` */
export function parsePriority(written: string): number {
  const word = (PRIORITY_WORDS as Readonly<Record<string, number>>)[written];
  if (word !== undefined) return word;
  if (/^([1-9]|10)$/.test(written)) return Number(written);
  throw new MuxwardError('usage', `--priority: "${printable(written)}" is none`, { hint: `${Object.keys(PRIORITY_WORDS).join(', ')}, or 1 (first) to 10 (last)` });
}

/** What can happen to a task. */
export const TASK_TRIGGERS = [
  /** all that it comes after have completed */
  'ready',
  /** something that it comes after is not done, or done no more */
  'wait',
  'start',
  'complete',
  'fail',
  'cancel',
  /** it is to run once more: by itself, because the user says so, or after a rollback of its agent */
  'again',
  /** its agent is taken forward again to where it had ended so */
  'restore-completed',
  'restore-failed',
  'restore-cancelled',
] as const;
export type TaskTrigger = (typeof TASK_TRIGGERS)[number];

type Row = Partial<Record<TaskTrigger, TaskState>>;

const BACK: Row = { 'restore-completed': 'completed', 'restore-failed': 'failed', 'restore-cancelled': 'cancelled' };
const WAITS: Row = { ...BACK, wait: 'pending', again: 'pending', fail: 'failed', cancel: 'cancelled' };

const TABLE: Readonly<Record<TaskState, Row>> = {
  pending: { ...WAITS, ready: 'queued' },
  queued: { ...WAITS, start: 'running' },
  running: { complete: 'completed', fail: 'failed', cancel: 'cancelled', again: 'pending' },
  completed: { again: 'pending' },
  failed: { again: 'pending' },
  cancelled: { again: 'pending' },
};

/** Undefined where that does not happen to a task in this state: it came late. */
export function nextTaskState(state: TaskState, trigger: TaskTrigger): TaskState | undefined {
  return TABLE[state][trigger];
}

/** Nothing more happens to it by itself. */
export function isOver(state: TaskState): boolean {
  return state === 'completed' || state === 'failed' || state === 'cancelled';
}

/** What it says of itself now, with an estimate of what remains. */
export function progressAt({ percent, step }: Pick<TaskProgress, 'percent' | 'step'>, startedAt: string | null, now: Date): TaskProgress {
  const elapsedMs = startedAt === null ? 0 : now.getTime() - Date.parse(startedAt);
  const remainingMs = percent <= 0 || elapsedMs <= 0 ? null : Math.round((elapsedMs * (100 - percent)) / percent);
  return { percent, step, remainingMs, at: now.toISOString() };
}

/** What comes next is given this: the answer where there is one, otherwise what was printed. */
export function handedOn({ result }: Pick<Task, 'result'>): string {
  return result?.answer ?? result?.output ?? '';
}

/** The status that a command exits with which waited for this task: its own, 128+N for signal N, 1 where it had none. */
export function statusOfTask({ state, result }: Pick<Task, 'state' | 'result'>): number {
  if (state === 'completed') return result?.status ?? 0;
  if (result === null || (result.status ?? 0) === 0) return result?.signal ? statusOfEnd({ code: null, signal: result.signal }) : 1;
  return result.status ?? 1;
}
