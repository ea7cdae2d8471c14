/** `task …` and `progress`: the queue, one task, and what is done to it. */
import { MuxwardError } from '../../core/errors.ts';
import type { Routes } from '../../core/protocol.ts';
import type { SubmitReply, SubmitRequest, Task, TaskList } from '../../core/task.ts';
import type { Daemon } from './context.ts';

const notYet = (): never => {
  throw new MuxwardError('failed', 'tasks are not there yet');
};

export function listTasks(_daemon: Daemon, _request: Routes['GET /api/tasks']['takes']): TaskList {
  return notYet();
}

export function submitTasks(_daemon: Daemon, _request: SubmitRequest): SubmitReply {
  return notYet();
}

export function pauseTasks(_daemon: Daemon): Routes['POST /api/tasks/pause']['gives'] {
  return notYet();
}

export function resumeTasks(_daemon: Daemon, _request: Routes['POST /api/tasks/resume']['takes']): Routes['POST /api/tasks/resume']['gives'] {
  return notYet();
}

export function showTask(_daemon: Daemon, _id: string): Task {
  return notYet();
}

export async function* watchTask(daemon: Daemon, id: string, _signal: AbortSignal): AsyncGenerator<Task> {
  yield showTask(daemon, id);
}

export function cancelTasks(_daemon: Daemon, _id: string): Promise<{ tasks: Task[] }> {
  return notYet();
}

export function retryTask(_daemon: Daemon, _id: string): Task {
  return notYet();
}

export function noteProgress(_daemon: Daemon, _id: string, _request: Routes['POST /api/tasks/:id/progress']['takes']): Task {
  return notYet();
}
