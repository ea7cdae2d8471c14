/** `queue`: an agent's tasks and what happens to it, live: window 1 of workers shows this. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { MuxwardEvent } from '../../core/event.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { isOver, type TaskList } from '../../core/task.ts';
import { listenForLeave } from '../leave-keys.ts';
import { createLiveView } from '../render/live-view.ts';
import { eventLine } from '../render/event-line.ts';
import { createLook } from '../render/look.ts';
import { renderTasks } from '../render/task-text.ts';

const EVENTS_SHOWN = 30;
/** Of those that are over, the latest. */
const OVER_SHOWN = 10;
const RECONNECT_MS = 1000;

interface QueueOptions {
  readonly once?: boolean;
}

export const command = defineCommand<QueueOptions>({
  arguments: '<name>',
  options: [{ flags: '-1, --once', about: 'print it once and leave' }],
  notes: 'Its tasks, those that are not over and the latest others, and what happens to it.',
  examples: [
    { run: 'muxward queue crawler', about: 'live; q leaves' },
    { run: 'muxward queue crawler --once --json', about: 'for a script' },
  ],
  async run({ context, args: [name = ''], options }) {
    checkName(name);
    if (context.json || options.once || !context.terminal) return await showOnce(context, name);
    const keys = listenForLeave();
    try {
      while (!keys.signal.aborted) await follow(context, name, keys.signal);
      return keys.status();
    } finally {
      keys.end();
    }
  },
});

async function showOnce(context: Context, name: string): Promise<number> {
  const events: MuxwardEvent[] = [];
  for await (const event of context.daemon.follow('GET /api/events', { agent: name, limit: EVENTS_SHOWN })) events.push(event);
  const list = await context.daemon.call('GET /api/tasks', { agent: name });
  context.out(context.json ? `${JSON.stringify({ agent: name, tasks: list.tasks, events })}\n` : await render(context, name, { events, list }));
  return EXIT.ok;
}

/** Until the daemon goes or the user leaves; a daemon that is gone is waited for, not started. */
async function follow(context: Context, name: string, signal: AbortSignal): Promise<void> {
  const view = await createLiveView(context);
  let events: MuxwardEvent[] = [];
  let list: TaskList = { tasks: [], isPaused: false };
  view.show(await render(context, name, { events, list }));
  try {
    const listedMs = Date.now();
    list = await context.runningDaemon.call('GET /api/tasks', { agent: name }, { signal });
    const request = { agent: name, limit: EVENTS_SHOWN, follow: true };
    for await (const event of context.runningDaemon.follow('GET /api/events', request, { signal })) {
      events = [...events, event].slice(-EVENTS_SHOWN);
      // What was stored before is in the list already.
      if (event.type.startsWith('task.') && Date.parse(event.at) >= listedMs) list = await context.runningDaemon.call('GET /api/tasks', { agent: name }, { signal });
      view.show(await render(context, name, { events, list }));
    }
  } catch (error) {
    if (!(error instanceof MuxwardError) || error.code !== 'unreachable') throw error;
  }
  view.end();
  if (signal.aborted) return;
  await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
}

interface Shown {
  readonly events: readonly MuxwardEvent[];
  readonly list: TaskList;
}

async function render(context: Context, name: string, { events, list }: Shown): Promise<string> {
  const look = await createLook(context);
  const lines = events.map((event) => eventLine(event, look.palette, Date.now()));
  const over = list.tasks.filter(({ state }) => isOver(state)).slice(-OVER_SHOWN);
  const tasks = [...over, ...list.tasks.filter(({ state }) => !isOver(state))];
  const title = look.palette.strong(name);
  if (tasks.length === 0) return `${[`${title}: no tasks. What happens to it:`, '', ...lines].join('\n')}\n`;
  return `${[`${title}: ${tasks.length === 1 ? 'one task' : `${tasks.length} tasks`}`, '', renderTasks({ ...list, tasks }, look, Date.now()), ...lines].join('\n')}\n`;
}
