/** `monitor`: follows agents, shows them in a small live table and raises alerts. What an agent of type monitor runs. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { Agent } from '../../core/agent.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Selector } from '../../core/selector.ts';
import { alertsOf, remember, type AlertDraft, type Remembered } from '../monitor-alerts.ts';
import { createLiveView, type LiveView } from '../render/live-view.ts';
import { createLook } from '../render/look.ts';
import { renderMonitor } from '../render/monitor-screen.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';

const RECONNECT_MS = 1000;
const ALERTS_SHOWN = 8;

interface MonitorOptions extends SelectorFlags {
  readonly alerts?: boolean;
}

export const command = defineCommand<MonitorOptions>({
  arguments: '[names...]',
  options: [{ flags: '--no-alerts', about: 'watch only, raise none' }, ...SELECTOR_OPTIONS],
  notes: 'Raises an alert when an agent fails, is restarted, crashes again and again, is unhealthy or above its memory limit, and when it has recovered. Outlives the daemon. Ctrl-C leaves.',
  examples: [
    { run: 'muxward monitor --project shop', about: "a project's agents, in this terminal" },
    { run: 'muxward spawn watch --type monitor --project shop', about: 'the same, as an agent' },
  ],
  async run({ context, args, options }) {
    const selector = selectorOf(args, options);
    const view = await createLiveView(context);
    const monitor = new Monitor(context, view, options.alerts ?? true);
    // Names that are wrong are told at once, by the error of the first look.
    await context.daemon.call('GET /api/agents', selector);
    for (;;) await monitor.watch(selector);
  },
});

class Monitor {
  readonly #context: Context;
  readonly #view: LiveView;
  readonly #raises: boolean;
  readonly #memory = new Map<string, Remembered>();
  #alerts: (AlertDraft & { readonly at: string })[] = [];

  constructor(context: Context, view: LiveView, raises: boolean) {
    this.#context = context;
    this.#view = view;
    this.#raises = raises;
  }

  /** Until the daemon goes; then waits a moment, so that the caller can try again. It is not started from here. */
  async watch(selector: Selector): Promise<void> {
    try {
      for await (const { agents } of this.#context.runningDaemon.follow('GET /api/agents/watch', selector)) {
        await this.#look(agents.filter((agent) => agent.name !== process.env['MUXWARD_AGENT']));
      }
    } catch (error) {
      if (!(error instanceof MuxwardError) || (error.code !== 'unreachable' && error.code !== 'not-found')) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }

  async #look(agents: readonly Agent[]): Promise<void> {
    for (const agent of agents) {
      const before = this.#memory.get(agent.name);
      this.#memory.set(agent.name, remember(before, agent));
      for (const alert of alertsOf(before, agent)) await this.#raise(alert);
    }
    this.#forget(agents);
    if (this.#context.json) return this.#context.out(`${JSON.stringify({ at: new Date().toISOString(), agents })}\n`);
    this.#view.show(renderMonitor(agents, this.#alerts, await createLook(this.#context), Date.now()));
  }

  async #raise(alert: AlertDraft): Promise<void> {
    this.#alerts = [...this.#alerts, { ...alert, at: new Date().toISOString() }].slice(-ALERTS_SHOWN);
    if (this.#raises) await this.#context.runningDaemon.call('POST /api/alerts', alert);
  }

  #forget(agents: readonly Agent[]): void {
    const names = new Set(agents.map(({ name }) => name));
    for (const name of this.#memory.keys()) if (!names.has(name)) this.#memory.delete(name);
  }
}
