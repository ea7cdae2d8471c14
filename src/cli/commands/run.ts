/** `run`: runs a plan of tasks and follows it to its end. The daemon runs them; this command may leave, or die. */
import { EXIT } from '../../core/errors.ts';
import type { Plan } from '../../core/plan.ts';
import type { Task } from '../../core/task.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { openPlan, PLAN_OPTIONS, type PlanFlags } from '../plan/open-plan.ts';
import { planDocument } from '../plan/plan-document.ts';
import { showRun } from '../plan/show-run.ts';
import { submitRequest } from '../plan/submit-request.ts';
import { createLook } from '../render/look.ts';
import { renderGraph } from '../render/plan-graph.ts';

interface RunOptions extends PlanFlags {
  readonly dryRun?: boolean;
  readonly detach?: boolean;
}

export const command = defineCommand<RunOptions>({
  arguments: '<file>',
  options: [
    ...PLAN_OPTIONS,
    { flags: '-n, --dry-run', about: 'check everything and draw the plan, start nothing' },
    { flags: '-d, --detach', about: 'start it and return; it goes on without this command' },
  ],
  notes:
    'Ctrl-C cancels what has not ended; q leaves it running. With --json one object a line, the report last.',
  examples: [
    { run: 'muxward run release.yaml', about: 'live, with a report at the end' },
    { run: 'muxward run release.yaml --dry-run', about: 'what would run, in which order' },
  ],
  async run({ context, args: [file = ''], options }) {
    const plan = await openPlan(file, options);
    const request = await submitRequest(plan);
    if (options.dryRun) {
      await context.daemon.call('POST /api/tasks', { ...request, dryRun: true });
      return await tellPlan(context, plan);
    }
    const { run, tasks } = await context.daemon.call('POST /api/tasks', request);
    if (options.detach) return tellDetached(context, plan, run ?? '', tasks);
    return await showRun(context, run ?? '', { cancels: true });
  },
});

async function tellPlan(context: Context, plan: Plan): Promise<number> {
  if (context.json) {
    context.out(`${JSON.stringify({ dryRun: true, ...planDocument(plan) })}\n`);
    return EXIT.ok;
  }
  context.out(renderGraph(plan, await createLook(context)));
  context.note('Nothing was started.');
  return EXIT.ok;
}

function tellDetached(context: Context, plan: Plan, run: string, tasks: readonly Task[]): number {
  if (context.json) context.out(`${JSON.stringify({ run, name: plan.name, tasks })}\n`);
  else if (context.terminal)
    context.out(
      `✔ ${plan.name} runs (${run}, ${tasks.length} tasks)    watch it: muxward task watch ${run}\n`,
    );
  else context.out(`${run}\n`);
  return EXIT.ok;
}
