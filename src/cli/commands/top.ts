/** `top`: what agents use, live. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { daemonWent } from '../follow-agents.ts';
import { EXIT } from '../../core/errors.ts';
import type { Selector } from '../../core/selector.ts';
import { listenForLeave } from '../leave-keys.ts';
import { createLiveView } from '../render/live-view.ts';
import { createLook } from '../render/look.ts';
import { renderTop } from '../render/top-table.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';

interface TopOptions extends SelectorFlags {
  readonly once?: boolean;
}

export const command = defineCommand<TopOptions>({
  arguments: '[names...]',
  options: [{ flags: '-1, --once', about: 'print it once and leave' }, ...SELECTOR_OPTIONS],
  notes: 'On a terminal q or Ctrl-C leaves. In a pipe one state follows the other; with --json one object a line.',
  examples: [
    { run: 'muxward top', about: 'all agents, the busiest first' },
    { run: 'muxward top --project shop --once', about: 'for a report' },
  ],
  async run({ context, args, options }) {
    const selector = selectorOf(args, options);
    if (options.once) return await showOnce(context, selector);
    if (context.json || !context.terminal) return await stream(context, selector);
    const keys = listenForLeave();
    try {
      return await live(context, selector, keys.signal, () => keys.status());
    } finally {
      keys.end();
    }
  },
});

async function live(context: Context, selector: Selector, signal: AbortSignal, status: () => number): Promise<number> {
  const view = await createLiveView(context);
  for await (const { agents } of context.daemon.follow('GET /api/agents/watch', selector, { signal })) {
    view.show(`${renderTop(agents, await createLook(context), Date.now())}\nq leaves`);
  }
  view.end();
  if (signal.aborted) return status();
  throw daemonWent();
}

async function stream(context: Context, selector: Selector): Promise<number> {
  const view = await createLiveView(context);
  for await (const reply of context.daemon.follow('GET /api/agents/watch', selector)) {
    if (context.json) context.out(`${JSON.stringify(reply)}\n`);
    else view.show(renderTop(reply.agents, await createLook(context), Date.now()));
  }
  throw daemonWent();
}

async function showOnce(context: Context, selector: Selector): Promise<number> {
  const reply = await context.daemon.call('GET /api/agents', selector);
  context.out(context.json ? `${JSON.stringify(reply)}\n` : renderTop(reply.agents, await createLook(context), Date.now()));
  return EXIT.ok;
}
