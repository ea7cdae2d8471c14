/** `status`: all agents and what they do, once or live. With `--json` the daemon's answer is passed on unread. */
import type { Context } from '../context.ts';
import { defineCommand } from '../command.ts';
import { EXIT } from '../../core/errors.ts';
import type { Agent } from '../../core/agent.ts';
import type { Selector } from '../../core/selector.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';

interface StatusOptions extends SelectorFlags {
  readonly watch?: boolean;
}

export const command = defineCommand<StatusOptions>({
  arguments: '[names...]',
  options: [{ flags: '-w, --watch', about: 'stay, and show every change' }, ...SELECTOR_OPTIONS],
  examples: [
    { run: "muxward status 'api-*' --watch", about: 'some agents, live' },
    { run: 'muxward status --state failed --json', about: 'for a script' },
  ],
  async run({ context, args, options }) {
    const selector = selectorOf(args, options);
    if (options.watch) return await watch(context, selector);
    if (context.json) {
      context.outDocument(await context.daemon.raw('GET /api/agents', selector));
      return EXIT.ok;
    }
    const { agents } = await context.daemon.call('GET /api/agents', selector);
    if (context.quiet) context.out(agents.map(({ name }) => `${name}\n`).join(''));
    else context.out(await renderOnce(context, agents, selector));
    return EXIT.ok;
  },
});

async function renderOnce(context: Context, agents: readonly Agent[], selector: Selector): Promise<string> {
  const { createLook } = await import('../render/look.ts');
  const { renderStatus } = await import('../render/status-table.ts');
  if (agents.length === 0 && Object.keys(selector).some((key) => key !== 'all')) return 'No agent is like that. All of them: muxward status\n';
  return renderStatus(agents, await createLook(context), Date.now());
}

async function watch(context: Context, selector: Selector): Promise<number> {
  const { followAgents } = await import('../follow-agents.ts');
  const { createLiveView } = await import('../render/live-view.ts');
  const view = context.json ? undefined : await createLiveView(context);
  for await (const reply of followAgents(context, selector)) {
    if (view) view.show(await renderOnce(context, reply.agents, selector));
    else context.out(`${JSON.stringify(reply)}\n`);
  }
  return EXIT.ok;
}
