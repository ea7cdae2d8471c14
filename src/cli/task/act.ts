/** `task cancel|retry|pause|resume`: what is done to tasks and to the queue. */
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { isOver } from '../../core/task.ts';
import { defineSubcommand } from '../command.ts';
import type { Context } from '../context.ts';

export const cancel = defineSubcommand('end a task, or all of a run', {
  arguments: '<id>',
  notes: 'Returns when nothing of it runs any more. What waits for it has failed with that.',
  examples: [
    { run: 'muxward task cancel task_3f9c2d1b8a70', about: 'one' },
    { run: 'muxward task cancel run_5b1e0c7d9f42', about: 'all tasks of the run of a plan' },
  ],
  async run({ context, args: [id = ''] }) {
    const { withProgress } = await import('../render/progress.ts');
    const call = context.daemon.call('POST /api/tasks/:id/cancel', undefined, { path: { id } });
    const { tasks } = await (context.json ? call : withProgress(context, `cancelling ${id}`, call));
    const left = tasks.filter(({ state }) => !isOver(state));
    if (left.length > 0) throw new MuxwardError('failed', `${left.map((task) => task.id).join(', ')} would not end`, { hint: `muxward task status ${left[0]?.id}` });
    const count = tasks.filter(({ state }) => state === 'cancelled').length;
    return say(context, { tasks }, tasks.length === 1 ? `${id} cancelled` : `${count} of ${tasks.length} tasks cancelled`);
  },
});

export const retry = defineSubcommand('run a failed or cancelled task once more', {
  arguments: '<id>',
  notes: 'With those that came to nothing because of it. Its attempts are counted anew.',
  examples: [
    { run: 'muxward task retry task_3f9c2d1b8a70', about: 'once more' },
    { run: 'muxward task retry task_3f9c2d1b8a70 && muxward task result task_3f9c2d1b8a70 --wait', about: 'and wait for it' },
  ],
  async run({ context, args: [id = ''] }) {
    const task = await context.daemon.call('POST /api/tasks/:id/retry', undefined, { path: { id } });
    return say(context, task, `${id} is ${task.state} again`);
  },
});

export const pause = defineSubcommand('start no more tasks', {
  notes: 'What runs goes on.',
  examples: [
    { run: 'muxward task pause', about: 'before something that needs the machine' },
    { run: 'muxward task pause --json', about: 'for a script' },
  ],
  async run({ context }) {
    const reply = await context.daemon.call('POST /api/tasks/pause', {});
    return say(context, reply, 'the queue is paused; what runs goes on. On with it: muxward task resume');
  },
});

export const resume = defineSubcommand<{ readonly agent?: string }>('start tasks again; with ids, those that are held', {
  arguments: '[ids...]',
  options: [{ flags: '--agent <name>', about: 'all of that agent that are held' }],
  notes: 'Tasks of an agent that was rolled back are held until they are named here.',
  examples: [
    { run: 'muxward task resume', about: 'the whole queue' },
    { run: 'muxward task resume --agent coder', about: 'what a rollback of coder has undone runs again' },
  ],
  async run({ context, args, options: { agent } }) {
    const request = { ...(args.length === 0 ? {} : { ids: args }), ...(agent === undefined ? {} : { agent: checkName(agent) }) };
    const reply = await context.daemon.call('POST /api/tasks/resume', request);
    const isQueue = args.length === 0 && agent === undefined;
    return say(context, reply, isQueue ? 'the queue goes on' : reply.released.length === 0 ? 'none of them was held' : `${reply.released.length} let go`);
  },
});

function say(context: Context, document: object, text: string): number {
  if (context.json) context.out(`${JSON.stringify(document)}\n`);
  else context.note(text);
  return EXIT.ok;
}
