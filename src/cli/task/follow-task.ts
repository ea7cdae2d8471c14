/** A task as it changes, until it is over: also across the end of a daemon, which the next call starts again. */
import { MuxwardError } from '../../core/errors.ts';
import { isOver, type Task } from '../../core/task.ts';
import type { Context } from '../context.ts';

const AGAIN_AFTER_MS = 200;
const ATTEMPTS = 25;

/** @throws MuxwardError `not-found`; `unreachable` where no daemon can be had */
export async function* followTask(context: Context, id: string, signal?: AbortSignal): AsyncGenerator<Task> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      for await (const task of context.daemon.follow('GET /api/tasks/:id/watch', undefined, { path: { id }, ...(signal ? { signal } : {}) })) {
        attempt = 0;
        yield task;
        if (isOver(task.state)) return;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof MuxwardError) || error.code !== 'unreachable' || attempt >= ATTEMPTS) throw error;
    }
    if (signal?.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
}

/** The task once it is over. `onChange` is told before of every change. @throws MuxwardError `timeout` */
export async function untilOver(context: Context, id: string, timeoutMs: number | null, onChange: (task: Task) => void = () => undefined): Promise<Task> {
  const signal = timeoutMs === null ? undefined : AbortSignal.timeout(timeoutMs);
  let last: Task | null = null;
  for await (const task of followTask(context, id, signal)) {
    onChange(task);
    last = task;
  }
  if (last !== null && isOver(last.state)) return last;
  throw new MuxwardError('timeout', `${id} is not over (${last?.state ?? 'unknown'})`, { hint: `it goes on; wait longer with --timeout, or look: muxward task status ${id}` });
}
