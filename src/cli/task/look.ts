/** `task list|status|result|watch|logs`: what is known of tasks. */
import fs from 'node:fs';
import { logPath } from '../../config/paths.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName, printable, suggest } from '../../core/names.ts';
import { isOver, TASK_STATES, type Task, type TaskState } from '../../core/task.ts';
import { parseDuration } from '../../core/units.ts';
import { defineSubcommand } from '../command.ts';
import type { Context } from '../context.ts';
import { writeErr } from '../output.ts';
import type { Look } from '../render/look.ts';
import { followTask } from './follow-task.ts';
import { showWhenOver } from './submit.ts';

interface ListOptions {
  readonly state?: string;
  readonly agent?: string;
}

export const list = defineSubcommand<ListOptions>('all tasks, oldest first', {
  options: [
    { flags: '--state <state>', about: TASK_STATES.join(', ') },
    { flags: '--agent <name>', about: 'only those of that agent' },
  ],
  examples: [
    { run: 'muxward task list --state failed', about: 'what needs you' },
    { run: 'muxward task list --agent coder --json', about: 'for a script' },
  ],
  async run({ context, options: { state, agent } }) {
    const request = { ...(state === undefined ? {} : { state: stateOf(state) }), ...(agent === undefined ? {} : { agent: checkName(agent) }) };
    const reply = await context.daemon.call('GET /api/tasks', request);
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else {
      const { renderTasks } = await import('../render/task-text.ts');
      context.out(renderTasks(reply, await lookOf(context), Date.now()));
    }
    return EXIT.ok;
  },
});

export const status = defineSubcommand('one task, and how it stands', {
  arguments: '<id>',
  examples: [
    { run: 'muxward task status task_3f9c2d1b8a70', about: 'everything of it but what it printed' },
    { run: 'muxward task status task_3f9c2d1b8a70 --json', about: 'for a script' },
  ],
  async run({ context, args: [id = ''] }) {
    const task = await ask(context, id);
    if (context.json) context.out(`${JSON.stringify(task)}\n`);
    else {
      const { renderTask } = await import('../render/task-text.ts');
      context.out(renderTask(task, await lookOf(context), Date.now()));
    }
    return EXIT.ok;
  },
});

export const result = defineSubcommand<{ readonly wait?: boolean; readonly timeout?: string }>('what came of it: the answer, or what was printed', {
  arguments: '<id>',
  options: [
    { flags: '--wait', about: "until it is over; ends with the task's own status" },
    { flags: '--timeout <duration>', about: 'with --wait: give up after this long, with status 5' },
  ],
  examples: [
    { run: 'muxward task result task_3f9c2d1b8a70 --wait', about: 'once it is over' },
    { run: 'muxward task result task_3f9c2d1b8a70 --json', about: 'with its status and signal' },
  ],
  async run({ context, args: [id = ''], options }) {
    if (options.timeout !== undefined && !options.wait) throw new MuxwardError('usage', '--timeout goes with --wait', { hint: 'add --wait' });
    if (options.wait) return await showWhenOver(context, id, options.timeout === undefined ? null : parseDuration(options.timeout, '--timeout'));
    const task = await ask(context, id);
    if (!isOver(task.state)) throw new MuxwardError('failed', `${id} has no result yet (${task.state})`, { hint: `muxward task result ${id} --wait` });
    const { renderOutcome } = await import('../render/task-text.ts');
    context.out(context.json ? `${JSON.stringify(task)}\n` : renderOutcome(task));
    return EXIT.ok;
  },
});

export const watch = defineSubcommand('how it goes on, until it is over', {
  arguments: '<id>',
  notes: 'A line for each change; with --json one object a line. Of the run of a plan: what muxward run shows, and its status.',
  examples: [
    { run: 'muxward task watch task_3f9c2d1b8a70', about: 'progress, live' },
    { run: 'muxward task watch run_5b1e0c7d9f42', about: 'all tasks of a plan' },
  ],
  async run({ context, args: [id = ''] }) {
    if (id.startsWith('run_')) {
      const { showRun } = await import('../plan/show-run.ts');
      return await showRun(context, id, { cancels: false });
    }
    const { taskLine } = await import('../render/task-text.ts');
    const look = await lookOf(context);
    for await (const task of followTask(context, id)) context.out(context.json ? `${JSON.stringify(task)}\n` : `${taskLine(task, look)}\n`);
    return EXIT.ok;
  },
});

export const logs = defineSubcommand<{ readonly follow?: boolean }>('what its process has printed', {
  arguments: '<id>',
  options: [{ flags: '-f, --follow', about: 'stay until it is over, and show what is added' }],
  notes: 'All attempts, and also when it is over. Of a task that is sent to an agent: muxward logs NAME.',
  examples: [
    { run: 'muxward task logs task_3f9c2d1b8a70', about: 'what there is' },
    { run: 'muxward task logs task_3f9c2d1b8a70 -f', about: 'live' },
  ],
  async run({ context, args: [id = ''], options: { follow = false } }) {
    const task = await ask(context, id);
    const path = logPath(context.paths, task.id);
    if (task.agent !== null && task.command === null) throw new MuxwardError('failed', `${id} is sent to ${task.agent}, and prints nothing itself`, { hint: `muxward logs ${task.agent}` });
    if (!follow && !fs.existsSync(path) && task.attempt === 0) throw new MuxwardError('failed', `${id} has not run yet (${task.state})`, { hint: `muxward task logs ${id} -f` });
    const { showLogs } = await import('../logs/show-logs.ts');
    const lines: string[] = [];
    const write = (text: string): void => (context.json ? showLine(context, task, text, follow ? null : lines) : context.out(text));
    const ends = follow ? over(context, id) : undefined;
    await showLogs([{ path, prefix: '' }], {
      follow,
      raw: false,
      timestamps: false,
      lines: null,
      sinceMs: null,
      untilMs: null,
      grep: null,
      wholeLines: context.json,
      write,
      writeBytes: (bytes) => write(bytes.toString()),
      onLoss: () => writeErr(`✘ part of ${path} was rotated away before it could be shown\n`),
      ...(ends === undefined ? {} : { ends }),
    });
    if (context.json && !follow) context.out(`${JSON.stringify({ id, lines })}\n`);
    return EXIT.ok;
  },
});

function showLine(context: Context, { id }: Task, text: string, lines: string[] | null): void {
  const line = text.replace(/\n$/, '');
  if (lines !== null) lines.push(line);
  else context.out(`${JSON.stringify({ id, line })}\n`);
}

async function over(context: Context, id: string): Promise<void> {
  for await (const task of followTask(context, id)) if (isOver(task.state)) return;
}

function ask(context: Context, id: string): Promise<Task> {
  return context.daemon.call('GET /api/tasks/:id', undefined, { path: { id } });
}

function stateOf(text: string): TaskState {
  const known = TASK_STATES.find((state) => state === text);
  if (known !== undefined) return known;
  const near = suggest(text, TASK_STATES);
  throw new MuxwardError('usage', `--state: "${printable(text)}" is no state of a task`, { hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${TASK_STATES.join(', ')}` });
}

async function lookOf(context: Context): Promise<Look> {
  const { createLook } = await import('../render/look.ts');
  return await createLook(context);
}
