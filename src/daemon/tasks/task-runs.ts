/**
 * One run of a task from its start to its end, with what comes before and after. Each step is stored, and can be made
 * again: the daemon after one that was killed goes on at the step that was under way.
 */
import type { TaskTrigger } from '../../core/task.ts';
import { MuxwardError } from '../../core/errors.ts';
import { HELD_REASON } from '../../core/task-position.ts';
import { taskBackOffMs } from '../../core/task-queue.ts';
import { logPath } from '../../config/paths.ts';
import { forget } from '../forget.ts';
import { runOwn, stopOwn } from './run-own.ts';
import { cancelled, type RunEnd, type RunPorts } from './run-ports.ts';
import { runPrompt } from './run-prompt.ts';
import type { Change } from './task-book.ts';
import type { TaskCheckpoints } from './task-checkpoints.ts';
import { sizeOf } from './task-log.ts';
import { NOTHING_UNDER_WAY, type TaskRecord } from './task-record.ts';

export interface RunsOptions extends RunPorts {
  readonly checkpoints: TaskCheckpoints;
  /** A run is over, and its agent free again. */
  readonly onEnd: () => void;
  readonly onError: (what: string, error: unknown) => void;
}

export class TaskRuns {
  readonly #options: RunsOptions;
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /** From queued to running; the rest happens by itself. @throws MuxwardError `storage` */
  start(record: TaskRecord): void {
    const { book, registry, paths } = this.#options;
    const { attempt } = record.task;
    const startedAt = registry.clock.now().toISOString();
    const isStarted = book.change(record, {
      trigger: 'start',
      task: { reason: 'runs', attempt: attempt + 1, dueAt: null, progress: null, result: null, startedAt, endedAt: null },
      rest: { ...NOTHING_UNDER_WAY, logFrom: sizeOf(logPath(paths, record.id)) },
      output: null,
    });
    if (isStarted) this.goOn(record);
  }

  /** Goes on with one that is running as the store has it. */
  goOn(record: TaskRecord): void {
    const { onError, onEnd } = this.#options;
    const run = this.#run(record).catch((error: unknown) => onError(`task ${record.id}`, error));
    this.#running.set(record.id, run);
    void run.then(() => {
      this.#running.delete(record.id);
      onEnd();
    });
  }

  /** Ends the run that is under way, and resolves when nothing of it is left. */
  async end(record: TaskRecord, ending: 'cancel' | 'rollback'): Promise<void> {
    const { book } = this.#options;
    if (record.rest.closing === null) {
      book.change(record, { task: { reason: ending === 'cancel' ? 'being cancelled' : 'being cancelled: its agent is rolled back' }, rest: { ending } });
      if (isOwn(record)) await stopOwn(this.#options, record);
    }
    await this.#running.get(record.id);
  }

  async #run(record: TaskRecord): Promise<void> {
    if (record.rest.closing === null) {
      await this.#prepare(record);
      const end = await this.#outcome(record);
      if (this.#isTriedAgain(record, end)) return await this.#again(record, end);
      this.#close(record, end);
    }
    await this.#finish(record);
  }

  /** A checkpoint before its first attempt is one before them all. */
  async #prepare(record: TaskRecord): Promise<void> {
    const { book, checkpoints } = this.#options;
    const { isPrepared, ending } = record.rest;
    if (isPrepared || ending !== null || record.task.agent === null) return;
    const before = record.task.checkpoints.before ?? (await checkpoints.before(record));
    book.change(record, { task: { checkpoints: { before, after: null } }, rest: { isPrepared: true } });
  }

  async #outcome(record: TaskRecord): Promise<RunEnd> {
    const { ending, sent } = record.rest;
    if (ending !== null && sent === null && this.#options.registry.find(record.id) === undefined) return cancelled();
    try {
      return isOwn(record) ? await runOwn(this.#options, record) : await runPrompt(this.#options, record);
    } catch (error) {
      if (!(error instanceof MuxwardError) || error.code === 'storage') throw error;
      return { trigger: record.rest.ending === null ? 'fail' : 'cancel', reason: error.message, result: null, output: null };
    }
  }

  #isTriedAgain({ task, rest }: TaskRecord, { trigger }: RunEnd): boolean {
    return trigger === 'fail' && rest.ending === null && task.attempt <= task.retries;
  }

  /** Its outcome is stored; it stays running until what follows has happened. */
  #close(record: TaskRecord, { trigger, reason, result, output }: RunEnd): void {
    const { book } = this.#options;
    const { agent } = record.task;
    const isNumbered = agent !== null && record.rest.ending !== 'rollback';
    book.change(record, {
      rest: {
        closing: { trigger, reason, result: result && { ...result, output: null } },
        number: isNumbered ? book.endedOf(agent) + 1 : null,
        // A run that a rollback has cancelled leaves no outcome: the one before stays known.
        undone: isNumbered ? null : record.rest.undone,
      },
      output,
    });
  }

  async #finish(record: TaskRecord): Promise<void> {
    const { book, registry } = this.#options;
    const { closing, ending } = record.rest;
    if (closing === null) return;
    await this.#forgetOwn(record);
    const endedAt = registry.clock.now().toISOString();
    if (ending === 'rollback') {
      book.change(record, held(record));
      return;
    }
    const after = record.task.agent === null ? null : await this.#options.checkpoints.after(record);
    const { trigger, reason, result } = closing;
    const { progress, checkpoints } = record.task;
    const whole = trigger === 'complete' && progress !== null ? { progress: { ...progress, percent: 100, remainingMs: 0, at: endedAt } } : {};
    book.change(record, { trigger, task: { reason, result, endedAt, checkpoints: { ...checkpoints, after }, ...whole }, rest: NOTHING_UNDER_WAY });
  }

  async #again(record: TaskRecord, { reason, result, output }: RunEnd): Promise<void> {
    const { book, registry } = this.#options;
    await this.#forgetOwn(record);
    const { attempt, retries, backoffMs } = record.task;
    const delayMs = taskBackOffMs(backoffMs, attempt);
    const dueAt = new Date(registry.clock.now().getTime() + delayMs).toISOString();
    const said = `attempt ${attempt} of ${retries + 1}: ${reason}; again at ${dueAt}`;
    book.change(record, { trigger: 'again', task: { reason: said, dueAt, result: result && { ...result, output: null } }, rest: NOTHING_UNDER_WAY, output });
  }

  async #forgetOwn(record: TaskRecord): Promise<void> {
    const agent = isOwn(record) ? this.#options.registry.find(record.id) : undefined;
    if (agent !== undefined) await forget(this.#options, agent);
  }
}

/** Whether it runs as an agent of its own. */
export function isOwn({ task }: TaskRecord): boolean {
  return task.agent === null || task.command !== null;
}

/** Pending again, and only let go by the user. */
function held({ id, task }: TaskRecord): Change {
  const trigger: TaskTrigger = 'again';
  return { trigger, task: { reason: `${HELD_REASON}: muxward task resume ${id} lets it run again`, isHeld: true, attempt: task.attempt - 1, progress: null, result: null, startedAt: null }, rest: { ...NOTHING_UNDER_WAY, number: null } };
}
