/** Follows the run of a plan to its end, with a report; what Ctrl-C does to it is the caller's to say. */
import { EXIT } from '../../core/errors.ts';
import type { Task } from '../../core/task.ts';
import type { Context } from '../context.ts';
import { hasFailed, hasSucceeded } from '../render/run-view.ts';
import { followRun } from './follow-run.ts';
import { listenForInterrupts } from './run-interrupts.ts';
import { createRunView } from './run-show.ts';

/** The status that the run means; 130 where it was cancelled from here. */
export async function showRun(
  context: Context,
  run: string,
  { cancels }: { readonly cancels: boolean },
): Promise<number> {
  const view = await createRunView(
    context,
    run,
    cancels ? 'Ctrl-C cancels it; q leaves it running' : 'q leaves',
  );
  const cancelling: Promise<unknown>[] = [];
  const interrupts = listenForInterrupts(context.terminal && !context.json, () => {
    if (!cancels) process.exit(EXIT.interrupted);
    view.note('Cancelling what has not ended; Ctrl-C again leaves at once.');
    cancelling.push(context.daemon.call('POST /api/tasks/:id/cancel', undefined, { path: { id: run } }));
  });
  let tasks: readonly Task[] = [];
  try {
    await tellIfPaused(context);
    for await (tasks of followRun(context, run, interrupts.leaving)) view.show(tasks);
    await Promise.all(cancelling);
    if (!interrupts.leaving.aborted) view.report(await withOutput(context, tasks), cancelling.length > 0);
  } finally {
    view.end();
    interrupts.end();
  }
  if (cancelling.length > 0) return EXIT.interrupted;
  if (!interrupts.leaving.aborted) return hasSucceeded(tasks) ? EXIT.ok : EXIT.failed;
  context.note(`It goes on. Watch it: muxward task watch ${run}; cancel it: muxward task cancel ${run}`);
  return EXIT.ok;
}

async function tellIfPaused(context: Context): Promise<void> {
  const { isPaused } = await context.daemon.call('GET /api/tasks', { state: 'running' });
  if (isPaused) context.note('The queue is paused: nothing starts until muxward task resume');
}

/** Lists leave out what tasks printed: of those that failed it is wanted. */
async function withOutput({ daemon }: Context, tasks: readonly Task[]): Promise<Task[]> {
  return await Promise.all(tasks.map(async (task) => (hasFailed(task) ? await daemon.call('GET /api/tasks/:id', undefined, { path: { id: task.id } }) : task)));
}
