/** `task …` and `progress`: the queue, one task, and what is done to it. */
import { MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import type { Routes } from '../../core/protocol.ts';
import { isOver, type SubmitReply, type SubmitRequest, type Task, type TaskList } from '../../core/task.ts';
import type { Daemon } from './context.ts';

export function listTasks({ tasks }: Daemon, request: Routes['GET /api/tasks']['takes']): TaskList {
  return { tasks: tasks.list(request), isPaused: tasks.book.isPaused };
}

export async function submitTasks({ tasks }: Daemon, request: SubmitRequest): Promise<SubmitReply> {
  return await tasks.submit(request);
}

export function pauseTasks({ tasks }: Daemon): Routes['POST /api/tasks/pause']['gives'] {
  tasks.pause();
  return { isPaused: tasks.book.isPaused };
}

export function resumeTasks({ tasks }: Daemon, request: Routes['POST /api/tasks/resume']['takes']): Routes['POST /api/tasks/resume']['gives'] {
  const released = tasks.resume(request);
  return { released, isPaused: tasks.book.isPaused };
}

export function showTask({ tasks }: Daemon, id: string): Task {
  return tasks.show(tasks.book.get(id));
}

/** At once, and after each change, until it is over. */
export async function* watchTask({ tasks, registry }: Daemon, id: string, signal: AbortSignal): AsyncGenerator<Task> {
  const { book } = tasks;
  const record = book.get(id);
  let shown: Task | null = null;
  while (!signal.aborted) {
    if (shown !== record.task) yield tasks.show(record);
    shown = record.task;
    if (isOver(shown.state) || book.find(id) !== record) return;
    await registry.until(() => record.task !== shown, null, signal);
  }
}

/** All tasks of a run at once, then those that have changed, until all are over. @throws MuxwardError `not-found` */
export async function* watchRun({ tasks, registry }: Daemon, run: string, signal: AbortSignal): AsyncGenerator<Routes['GET /api/runs/:id/watch']['gives']> {
  const records = tasks.book.ofRun(run);
  if (records.length === 0) throw new MuxwardError('not-found', `no run ${printable(run)}`, { hint: 'muxward task list shows all tasks there are' });
  for (let shown: readonly Task[] = []; !signal.aborted; ) {
    const now = records.map(({ task }) => task);
    yield { tasks: now.filter((task, i) => task !== shown[i]) };
    shown = now;
    if (shown.every(({ state }) => isOver(state))) return;
    await registry.until(() => records.some(({ task }, i) => task !== shown[i]), null, signal);
  }
}

export async function cancelTasks({ tasks }: Daemon, id: string): Promise<{ tasks: Task[] }> {
  return { tasks: await tasks.cancel(id) };
}

export function retryTask({ tasks }: Daemon, id: string): Task {
  return tasks.retry(id);
}

export function noteProgress({ tasks }: Daemon, id: string, { percent, step }: Routes['POST /api/tasks/:id/progress']['takes']): Task {
  return tasks.progress(id, percent, step);
}
