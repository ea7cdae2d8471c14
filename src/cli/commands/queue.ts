/** `queue`: an agent's tasks. Where it has none, what happens to it, live: window 1 of workers shows this. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { MuxwardEvent } from '../../core/event.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { listenForLeave } from '../leave-keys.ts';
import { createLiveView } from '../render/live-view.ts';
import { eventLine } from '../render/event-line.ts';
import { createPalette } from '../render/palette.ts';

const EVENTS_SHOWN = 30;
const RECONNECT_MS = 1000;

interface QueueOptions {
  readonly once?: boolean;
}

export const command = defineCommand<QueueOptions>({
  arguments: '<name>',
  options: [{ flags: '-1, --once', about: 'print it once and leave' }],
  notes: 'Agents have no tasks yet: what happens to the agent is shown instead.',
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
  context.out(context.json ? `${JSON.stringify({ agent: name, tasks: [], events })}\n` : await render(context, name, events));
  return EXIT.ok;
}

/** Until the daemon goes or the user leaves; a daemon that is gone is waited for, not started. */
async function follow(context: Context, name: string, signal: AbortSignal): Promise<void> {
  const view = await createLiveView(context);
  let events: MuxwardEvent[] = [];
  view.show(await render(context, name, events));
  try {
    const request = { agent: name, limit: EVENTS_SHOWN, follow: true };
    for await (const event of context.runningDaemon.follow('GET /api/events', request, { signal })) {
      events = [...events, event].slice(-EVENTS_SHOWN);
      view.show(await render(context, name, events));
    }
  } catch (error) {
    if (!(error instanceof MuxwardError) || error.code !== 'unreachable') throw error;
  }
  view.end();
  if (signal.aborted) return;
  await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
}

async function render(context: Context, name: string, events: readonly MuxwardEvent[]): Promise<string> {
  const palette = await createPalette(context.color);
  const lines = events.map((event) => eventLine(event, palette, Date.now()));
  return `${[`${palette.strong(name)}: no tasks. What happens to it:`, '', ...lines].join('\n')}\n`;
}
