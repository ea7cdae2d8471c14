/** The tasks of a run as they change, until all are over: also across the end of a daemon, which the next call starts again. */
import { MuxwardError } from '../../core/errors.ts';
import { isOver, type Task } from '../../core/task.ts';
import type { Context } from '../context.ts';

const AGAIN_AFTER_MS = 200;
const ATTEMPTS = 25;

/** All of them, after each change. Ends early when `signal` is aborted. @throws MuxwardError `not-found`; `unreachable` where no daemon can be had */
export async function* followRun(
  { daemon }: Context,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<readonly Task[]> {
  const known = new Map<string, Task>();
  for (let attempt = 1; ; attempt += 1) {
    try {
      for await (const { tasks } of daemon.follow('GET /api/runs/:id/watch', undefined, {
        path: { id: run },
        signal,
      })) {
        attempt = 0;
        for (const task of tasks) known.set(task.id, task);
        yield [...known.values()];
        if ([...known.values()].every(({ state }) => isOver(state))) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof MuxwardError) || error.code !== 'unreachable' || attempt >= ATTEMPTS)
        throw error;
    }
    if (signal.aborted) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER_MS));
  }
}
