/** `health`: how probes went; with `--history` what agents used, and what went wrong. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { Agent } from '../../core/agent.ts';
import { EXIT } from '../../core/errors.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';

interface HealthOptions extends SelectorFlags {
  readonly history?: boolean;
  readonly since?: string;
  readonly metric?: string;
}

export const command = defineCommand<HealthOptions>({
  arguments: '[names...]',
  options: [
    { flags: '--history', about: 'what they used over time, and what went wrong' },
    { flags: '--since <time>', about: 'with --history: from then on (default: 1h, an hour ago)' },
    { flags: '--metric <name>', about: 'with --history: only cpu, memory or response' },
    ...SELECTOR_OPTIONS,
  ],
  notes: 'Agents without a probe are watched by their process and session only, and show none here.',
  examples: [
    { run: 'muxward health', about: 'all that are probed' },
    { run: 'muxward health web --history --since 1d', about: 'a day in charts, and what went wrong' },
  ],
  async run({ context, args, options }) {
    const { agents } = await context.daemon.call('GET /api/agents', selectorOf(args, options));
    const [only] = args.length === 1 && agents.length === 1 ? agents : [];
    const checks = only === undefined || options.history ? [] : (await context.daemon.call('GET /api/agents/:name', undefined, { path: { name: only.name } })).checks;
    if (options.history) {
      const { showHistory } = await import('../history/show-history.ts');
      return await showHistory(context, agents, options);
    }
    if (context.json) {
      context.out(`${JSON.stringify({ agents: agents.map(({ name, state, health }) => ({ name, state, health, ...(only ? { checks } : {}) })) })}\n`);
      return EXIT.ok;
    }
    const { createLook } = await import('../render/look.ts');
    const { checkLines } = await import('../render/check-table.ts');
    const { renderHealth } = await import('../render/health-table.ts');
    const look = await createLook(context);
    context.out(renderHealth(agents, look, Date.now()));
    context.out(await leaksOf(context, agents));
    if (checks.length > 0) context.out(`\n${checkLines(checks, look, Date.now()).join('\n')}\n`);
    return EXIT.ok;
  },
});

/** Agents whose memory grows and grows, in words: what the daemon has found is an alert. */
async function leaksOf(context: Context, agents: readonly Agent[]): Promise<string> {
  const { alerts } = await context.daemon.call('GET /api/alerts', { all: true });
  const open = alerts.filter(({ rule, closedAt, agents: about }) => rule === 'memory-growth' && closedAt === null && agents.some(({ name }) => about.includes(name)));
  return open.length === 0 ? '' : `\n${open.map(({ message }) => `${message}: muxward health --history shows it\n`).join('')}`;
}
