/** `monitor`: agents and their alerts in a small live table. The daemon raises the alerts; what an agent of type monitor runs. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { Agent } from '../../core/agent.ts';
import type { Alert } from '../../core/alert.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Selector } from '../../core/selector.ts';
import { createLiveView, type LiveView } from '../render/live-view.ts';
import { createLook } from '../render/look.ts';
import { renderMonitor } from '../render/monitor-screen.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';

const RECONNECT_MS = 1000;

interface MonitorOptions extends SelectorFlags {
  readonly alerts?: boolean;
}

export const command = defineCommand<MonitorOptions>({
  arguments: '[names...]',
  options: [{ flags: '--no-alerts', about: 'agents only' }, ...SELECTOR_OPTIONS],
  notes: 'Shows what is open of these agents (muxward alerts). Outlives the daemon. Ctrl-C leaves.',
  examples: [
    { run: 'muxward monitor --project shop', about: "a project's agents, in this terminal" },
    { run: 'muxward spawn watch --type monitor --project shop', about: 'the same, as an agent' },
  ],
  async run({ context, args, options }) {
    const selector = selectorOf(args, options);
    const view = await createLiveView(context);
    // Names that are wrong are told at once, by the error of the first look.
    await context.daemon.call('GET /api/agents', selector);
    for (;;) await watch({ context, view, withAlerts: options.alerts ?? true }, selector);
  },
});

interface Monitor {
  readonly context: Context;
  readonly view: LiveView;
  readonly withAlerts: boolean;
}

/** Until the daemon goes; then waits a moment, so that the caller can try again. It is not started from here. */
async function watch(monitor: Monitor, selector: Selector): Promise<void> {
  try {
    for await (const { agents } of monitor.context.runningDaemon.follow('GET /api/agents/watch', selector)) {
      await look(monitor, agents.filter((agent) => agent.name !== process.env['MUXWARD_AGENT']));
    }
  } catch (error) {
    if (!(error instanceof MuxwardError) || (error.code !== 'unreachable' && error.code !== 'not-found')) throw error;
  }
  await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
}

async function look({ context, view, withAlerts }: Monitor, agents: readonly Agent[]): Promise<void> {
  const open = withAlerts ? (await context.runningDaemon.call('GET /api/alerts', { all: false })).alerts : [];
  const names = new Set(agents.map(({ name }) => name));
  const alerts = open.filter((alert: Alert) => alert.agents.length === 0 || alert.agents.some((name) => names.has(name)));
  if (context.json) return context.out(`${JSON.stringify({ at: new Date().toISOString(), agents, alerts })}\n`);
  view.show(renderMonitor(agents, alerts, await createLook(context), Date.now()));
}
