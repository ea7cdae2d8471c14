/** `plan`: checks a plan of tasks and draws it. Nothing is run; that is `run`. */
import { stages } from '../../core/dag.ts';
import { EXIT } from '../../core/errors.ts';
import { waitsFor } from '../../core/plan.ts';
import { defineSubcommand, type CommandGroup } from '../command.ts';
import { openPlan, PLAN_OPTIONS, type PlanFlags } from '../plan/open-plan.ts';
import { planDocument } from '../plan/plan-document.ts';
import { renderGraph, titleOf } from '../render/plan-graph.ts';
import { createLook } from '../render/look.ts';

const validate = defineSubcommand('check a plan', {
  arguments: '<file>',
  notes: 'Every fault is told at once, with its line and the valid choices.',
  examples: [
    { run: 'muxward plan validate release.yaml', about: 'nothing is run' },
    { run: 'muxward plan validate release.yaml --json', about: 'for a script' },
  ],
  async run({ context, args: [file = ''] }) {
    const plan = await openPlan(file);
    const stageCount = stages(waitsFor(plan)).length;
    const { name, strategy, maxParallel, tasks } = plan;
    if (context.json) context.out(`${JSON.stringify({ valid: true, file, name, strategy, maxParallel, tasks: tasks.length, stages: stageCount })}\n`);
    else if (!context.quiet) context.out(`✔ ${file} is valid: ${titleOf(plan, stageCount)}\n`);
    return EXIT.ok;
  },
});

const graph = defineSubcommand<PlanFlags>('draw a plan: its stages, and what waits for what', {
  arguments: '<file>',
  options: PLAN_OPTIONS,
  examples: [
    { run: 'muxward plan graph release.yaml', about: 'as the plan says' },
    { run: 'muxward plan graph release.yaml --strategy sequential', about: 'how it would run one by one' },
  ],
  async run({ context, args: [file = ''], options }) {
    const plan = await openPlan(file, options);
    context.out(context.json ? `${JSON.stringify(planDocument(plan))}\n` : renderGraph(plan, await createLook(context)));
    return EXIT.ok;
  },
});

export const command: CommandGroup = { subcommands: { validate, graph } };
