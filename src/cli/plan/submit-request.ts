/** A plan as the daemon is asked to run it. */
import process from 'node:process';
import { waitsFor, type Plan } from '../../core/plan.ts';
import type { SubmitRequest, TaskWish } from '../../core/task.ts';
import { specEnvironment } from '../spec-environment.ts';

/** All tasks of the plan in one request, so that all are stored or none is. */
export async function submitRequest(plan: Plan): Promise<SubmitRequest> {
  const cwd = process.cwd();
  const waits = waitsFor(plan);
  const tasks = plan.tasks.map((task): TaskWish => ({
    key: task.name,
    description: task.description,
    after: waits.get(task.name) ?? [],
    retries: task.retries,
    optional: task.optional,
    ...(task.command === null ? {} : { command: task.command }),
    ...(task.agent === null ? {} : { agent: task.agent }),
    ...(task.agentType === null ? {} : { agentType: task.agentType }),
    ...(task.cwd === null ? {} : { cwd: task.cwd }),
    ...(task.priority === null ? {} : { priority: task.priority }),
    ...(task.timeoutMs === null ? {} : { timeoutMs: task.timeoutMs }),
    ...(task.backoffMs === null ? {} : { backoffMs: task.backoffMs }),
    ...(Object.keys(task.env).length === 0 ? {} : { env: task.env }),
  }));
  const from = { cwd, env: await specEnvironment({}, { env: process.env, cwd }), umask: process.umask() };
  const { name, strategy, maxParallel } = plan;
  return { tasks, from, plan: { name, strategy, ...(maxParallel === null ? {} : { maxParallel }) } };
}
