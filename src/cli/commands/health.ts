/** `health`: how probes went; with `--history` what they led to. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { Agent } from '../../core/agent.ts';
import type { MuxwardEvent } from '../../core/event.ts';
import { EXIT } from '../../core/errors.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';

const HISTORY_LIMIT = 500;

interface HealthOptions extends SelectorFlags {
  readonly history?: boolean;
}

export const command = defineCommand<HealthOptions>({
  arguments: '[names...]',
  options: [{ flags: '--history', about: 'ends, verdicts and alerts so far' }, ...SELECTOR_OPTIONS],
  notes: 'Agents without a probe are watched by their process and session only, and show none here.',
  examples: [
    { run: 'muxward health', about: 'all that are probed' },
    { run: 'muxward health web --history', about: 'what went wrong, and when' },
  ],
  async run({ context, args, options }) {
    const { agents } = await context.daemon.call('GET /api/agents', selectorOf(args, options));
    const [only] = args.length === 1 && agents.length === 1 ? agents : [];
    const checks = only === undefined || options.history ? [] : (await context.daemon.call('GET /api/agents/:name', undefined, { path: { name: only.name } })).checks;
    if (options.history) return await showHistory(context, agents);
    if (context.json) {
      context.out(`${JSON.stringify({ agents: agents.map(({ name, state, health }) => ({ name, state, health, ...(only ? { checks } : {}) })) })}\n`);
      return EXIT.ok;
    }
    const { createLook } = await import('../render/look.ts');
    const { checkLines } = await import('../render/check-table.ts');
    const { renderHealth } = await import('../render/health-table.ts');
    const look = await createLook(context);
    context.out(renderHealth(agents, look, Date.now()));
    if (checks.length > 0) context.out(`\n${checkLines(checks, look, Date.now()).join('\n')}\n`);
    return EXIT.ok;
  },
});

async function showHistory(context: Context, agents: readonly Agent[]): Promise<number> {
  const events = await historyOf(context, agents);
  if (context.json) {
    context.out(`${JSON.stringify({ events })}\n`);
    return EXIT.ok;
  }
  const { eventLine } = await import('../render/event-line.ts');
  const { createPalette } = await import('../render/palette.ts');
  const palette = await createPalette(context.color);
  const lines = events.map((event) => `${eventLine(event, palette, Date.now())}\n`);
  context.out(lines.length === 0 ? 'Nothing went wrong so far.\n' : lines.join(''));
  return EXIT.ok;
}

async function historyOf(context: Context, agents: readonly Agent[]): Promise<MuxwardEvent[]> {
  const names = new Set(agents.map(({ name }) => name));
  const [only] = agents;
  const request = { limit: HISTORY_LIMIT, ...(agents.length === 1 && only ? { agent: only.name } : {}) };
  const events: MuxwardEvent[] = [];
  for await (const event of context.daemon.follow('GET /api/events', request)) {
    if (event.agent !== null && names.has(event.agent) && isAboutHealth(event)) events.push(event);
  }
  return events;
}

function isAboutHealth({ type }: MuxwardEvent): boolean {
  return type === 'agent.ended' || type === 'agent.judged' || type === 'alert.raised' || type === 'agent.adopted';
}
