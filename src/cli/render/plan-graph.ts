/** A plan as a graph for a terminal: its stages one below the other, and what each task waits for. Pure. */
import { stages } from '../../core/dag.ts';
import { waitsFor, type Plan, type PlannedTask } from '../../core/plan.ts';
import { formatDuration } from '../../core/units.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [{ header: '' }, { header: 'TASK' }, { header: 'AFTER' }, { header: 'DOES', shrinksTo: 12 }];
const BY = { header: 'BY' };

/** Of the names that a task waits for; `plan graph --json` has them all. */
const AFTER_WIDTH = 24;

export function renderGraph(plan: Plan, { palette, width, none }: Look): string {
  const graph = waitsFor(plan);
  const levels = stages(graph);
  const hasAgents = plan.tasks.some((task) => whoDoes(task) !== null);
  const columns = hasAgents ? COLUMNS.toSpliced(3, 0, BY) : COLUMNS;
  const taskOf = new Map(plan.tasks.map((task) => [task.name, task]));
  const rows = levels.flatMap((names, level) => [
    ...(level === 0 ? [] : [['↓']]),
    ...names.flatMap((name, i) => {
      const task = taskOf.get(name);
      if (task === undefined) return [];
      const after = graph.get(name) ?? [];
      const by = hasAgents ? [whoDoes(task) ?? none] : [];
      return [
        [
          i === 0 ? `${level + 1}` : '',
          name,
          after.length === 0 ? none : `← ${shortList(after)}`,
          ...by,
          whatItDoes(task),
        ],
      ];
    }),
  ]);
  const [head = '', ...body] = renderTable(columns, rows, width);
  return `${titleOf(plan, levels.length)}\n\n${[palette.faint(head), ...body].join('\n')}\n`;
}

/** `release: 3 tasks in 2 stages, parallel, at most 2 at once`. */
export function titleOf({ name, tasks, strategy, maxParallel }: Plan, stageCount: number): string {
  const many = `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'} in ${stageCount} ${stageCount === 1 ? 'stage' : 'stages'}`;
  return `${name}: ${many}, ${strategy}${maxParallel === null ? '' : `, at most ${maxParallel} at once`}`;
}

/** `build, lint and 7 more`: the first always, others while they fit. */
function shortList(names: readonly string[]): string {
  const fits = (count: number): boolean => names.slice(0, count).join(', ').length <= AFTER_WIDTH;
  const count = names.findLastIndex((_, i) => i === 0 || fits(i + 1)) + 1;
  const left = names.length - count;
  return `${names.slice(0, count).join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
}

function whoDoes({ agent, agentType }: PlannedTask): string | null {
  return agent ?? (agentType === null ? null : `a new ${agentType}`);
}

function whatItDoes({ command, description, timeoutMs, retries, optional }: PlannedTask): string {
  const said = safeLine(description);
  const bounds = [
    ...(timeoutMs === null ? [] : [`at most ${formatDuration(timeoutMs)}`]),
    ...(retries === 0 ? [] : [`${retries} ${retries === 1 ? 'retry' : 'retries'}`]),
    ...(optional ? ['may fail'] : []),
  ];
  return [command === null ? `"${said}"` : said, ...bounds].join(' · ');
}
