/** A plan as a JSON document. */
import { stages } from '../../core/dag.ts';
import { waitsFor, type Plan } from '../../core/plan.ts';

/** Without the values of variables: they may be secrets. `after` is what each task waits for under the plan's strategy. */
export function planDocument(plan: Plan): Readonly<Record<string, unknown>> {
  const waits = waitsFor(plan);
  const tasks = plan.tasks.map(({ env, ...task }) => ({ ...task, env: Object.keys(env), after: waits.get(task.name) ?? [] }));
  return { name: plan.name, strategy: plan.strategy, maxParallel: plan.maxParallel, stages: stages(waits), tasks };
}
