/** `cost`: what Claude Code agents used, by agent, task, model or day. */
import { COST_GROUPS, type CostGroup } from '../../core/cost-report.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import { isEmpty } from '../../core/selector.ts';
import { defineCommand } from '../command.ts';
import { SELECTOR_OPTIONS, selectorOf, type SelectorFlags } from '../selector-options.ts';
import { parseTime } from '../time-option.ts';

interface CostOptions extends SelectorFlags {
  readonly by?: string;
  readonly since?: string;
}

export const command = defineCommand<CostOptions>({
  arguments: '[names...]',
  options: [
    { flags: '--by <what>', about: `${COST_GROUPS.join(', ')} (default: agent)` },
    { flags: '--since <time>', about: 'from then on: 2030-01-31T12:00:00Z, or 24h for the last day' },
    ...SELECTOR_OPTIONS,
  ],
  notes: 'In US dollars, by list prices and those in config.yaml. Days are UTC. Removed agents count unless you name some.',
  examples: [
    { run: 'muxward cost', about: 'what each agent cost so far' },
    { run: 'muxward cost --by day --since 7d --json', about: 'the last week, for a program' },
  ],
  async run({ context, args, options }) {
    const selector = selectorOf(args, options);
    const report = await context.daemon.call('GET /api/cost', {
      by: groupOf(options.by),
      ...(options.since === undefined ? {} : { since: new Date(parseTime(options.since, '--since', Date.now())).toISOString() }),
      ...(isEmpty(selector) ? {} : { selector }),
    });
    if (context.json) {
      context.out(`${JSON.stringify(report)}\n`);
      return EXIT.ok;
    }
    const { createLook } = await import('../render/look.ts');
    const { renderCost } = await import('../render/cost-table.ts');
    context.out(renderCost(report, await createLook(context)));
    return EXIT.ok;
  },
});

function groupOf(text: string | undefined): CostGroup {
  const group = COST_GROUPS.find((known) => known === (text ?? 'agent'));
  if (group !== undefined) return group;
  throw new MuxwardError('usage', `--by: "${printable(text ?? '')}" is none`, { hint: `one of ${COST_GROUPS.join(', ')}` });
}
