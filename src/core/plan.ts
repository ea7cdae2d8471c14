/** A plan: tasks that need each other, and how they are run. Pure; reading the file is left to config, running them to the queue. */
import { inOrder, type Graph } from './dag.ts';

/**
 * `parallel`: each as soon as what it needs is done. `sequential`: one after the other. `pipeline`: the same, and
 * each gets the output of the one before it.
 */
export const STRATEGIES = ['parallel', 'sequential', 'pipeline'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface PlannedTask {
  readonly name: string;
  /** A line for people; what an agent is asked where there is no command. */
  readonly description: string;
  /** Program and arguments; null where an agent is asked. */
  readonly command: readonly string[] | null;
  readonly agent: string | null;
  readonly agentType: string | null;
  /** Names of tasks of the plan that must be done before. */
  readonly needs: readonly string[];
  /** Absolute. Null where an agent has it: where that one works. */
  readonly cwd: string | null;
  /** On top of the environment of whoever runs the plan. Values are secret. */
  readonly env: Readonly<Record<string, string>>;
  /** 1 is first, 10 last; null for the usual one. */
  readonly priority: number | null;
  readonly timeoutMs: number | null;
  /** How often it is tried again. */
  readonly retries: number;
  /** Null for the usual one. */
  readonly backoffMs: number | null;
  /** It may fail: what needs it goes on all the same, and so does the plan. */
  readonly optional: boolean;
}

export interface Plan {
  readonly name: string;
  readonly strategy: Strategy;
  /** How many run at once, at most; null: as many as the queue lets run. */
  readonly maxParallel: number | null;
  /** In the order of the file. */
  readonly tasks: readonly PlannedTask[];
}

/** What each task waits for under the plan's strategy: what it says itself, and where they run one by one the task before it. */
export function waitsFor({ strategy, tasks }: Pick<Plan, 'strategy' | 'tasks'>): Graph {
  const needs: Graph = new Map(tasks.map((task) => [task.name, task.needs]));
  if (strategy === 'parallel') return needs;
  const order = strategy === 'pipeline' ? [...needs.keys()] : inOrder(needs);
  return new Map(order.map((name, i) => [name, [...new Set([...(needs.get(name) ?? []), ...order.slice(Math.max(0, i - 1), i)])]]));
}
