/** Tasks in words: the list, one of them, how far it is, and what came of it. Pure. */
import { formatDuration } from '../../core/units.ts';
import { DEFAULT_PRIORITY, isOver, type Task, type TaskList, type TaskState } from '../../core/task.ts';
import { ago } from './agent-cells.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { safeLine, safeText } from './safe-text.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { header: 'ID' },
  { header: 'STATE' },
  { header: 'AGO', align: 'right' as const, goes: 2 },
  { header: 'TOOK', align: 'right' as const, goes: 3 },
  { header: 'AGENT', goes: 4 },
  { header: 'PRIO', align: 'right' as const, goes: 1 },
  { header: 'DESCRIPTION', shrinksTo: 16 },
  { header: 'NOW', shrinksTo: 14 },
];

export function renderTasks({ tasks, isPaused }: TaskList, look: Look, nowMs: number): string {
  const { palette, none } = look;
  const paused = isPaused ? `${palette.attention('the queue is paused')}: nothing starts until muxward task resume\n` : '';
  if (tasks.length === 0) return `${paused}No tasks. Submit one: muxward task submit "run the tests" -- npm test\n`;
  const rows = tasks.map((task) => [
    task.id,
    paintState(task.state, palette),
    ago(task.createdAt, nowMs),
    tookOf(task, nowMs) ?? none,
    task.agent ?? none,
    task.priority === DEFAULT_PRIORITY ? none : String(task.priority),
    safeLine(task.plan === null ? task.description : `${task.plan.name}/${task.plan.task}: ${task.description}`),
    safeLine(nowOf(task)) || none,
  ]);
  const [head = '', ...body] = renderTable(COLUMNS, rows, look.width);
  return `${paused}${[palette.faint(head), ...body].join('\n')}\n`;
}

export function renderTask(task: Task, look: Look, nowMs: number): string {
  const { plan, checkpoints } = task;
  const rows: [string, string | null][] = [
    ['task', task.id],
    ['does', safeLine(task.description)],
    ['command', task.command && safeLine(task.command.join(' '))],
    ['agent', task.agent ?? (task.agentType === 'worker' ? null : `one of its own, ${task.agentType}`)],
    ['state', `${paintState(task.state, look.palette)}: ${safeLine(task.reason)}`],
    ['progress', task.progress && safeLine(progressWords(task))],
    ['attempt', task.retries === 0 ? null : `${task.attempt} of ${task.retries + 1}`],
    ['priority', String(task.priority)],
    ['category', task.category && safeLine(task.category)],
    ['after', task.after.length === 0 ? null : task.after.join(', ')],
    ['plan', plan && `${safeLine(plan.name)}/${safeLine(plan.task)}, ${plan.stage} of ${plan.of} (${plan.run})`],
    ['submitted', `${ago(task.createdAt, nowMs)} ago (${task.createdAt})`],
    ['took', tookOf(task, nowMs)],
    ['checkpoints', checkpoints.before && `before: ${checkpoints.before}${checkpoints.after === null ? '' : `, after: ${checkpoints.after}`}`],
  ];
  const lines = rows.flatMap(([what, text]) => (text === null ? [] : [`${what.padEnd(14)}${text}\n`]));
  const next = look.forPeople ? nextStep(task) : null;
  return `${lines.join('')}${next === null ? '' : `\n${look.palette.faint(next)}\n`}`;
}

/** What it gave: the answer, otherwise what was printed. */
export function renderOutcome({ result }: Task): string {
  const text = result?.answer ?? result?.output ?? '';
  return text === '' ? '' : `${safeText(text).trimEnd()}\n`;
}

/** One line on how it stands: `task_…  running  40 % Analysing, 2m left`. */
export function taskLine(task: Task, { palette }: Look): string {
  return `${palette.faint(task.id)}  ${paintState(task.state, palette)}  ${safeLine(isOver(task.state) || task.progress === null ? task.reason : progressWords(task))}`;
}

function nowOf(task: Task): string {
  if (task.state === 'running') return task.progress === null ? '' : progressWords(task);
  if (task.isHeld) return 'held';
  return task.state === 'completed' ? '' : task.reason;
}

/** `40 % Analysing, 2m left`; empty where nothing is known. */
export function progressWords({ progress }: Pick<Task, 'progress'>): string {
  if (progress === null) return '';
  const { percent, step, remainingMs } = progress;
  const left = remainingMs === null || remainingMs === 0 ? '' : `, ${formatDuration(remainingMs)} left`;
  return `${Math.round(percent)} %${step === null ? '' : ` ${step}`}${left}`;
}

function tookOf({ startedAt, endedAt }: Task, nowMs: number): string | null {
  if (startedAt === null) return null;
  return formatDuration((endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt));
}

function nextStep({ id, state, isHeld }: Task): string | null {
  if (isHeld) return `let it go: muxward task resume ${id}`;
  if (state === 'failed') return `what it printed: muxward task logs ${id}; once more: muxward task retry ${id}`;
  return state === 'running' ? `watch it: muxward task watch ${id}` : null;
}

function paintState(state: TaskState, { good, bad, attention, faint }: Palette): string {
  const paint: Record<TaskState, (text: string) => string> = { pending: faint, queued: faint, running: attention, completed: good, failed: bad, cancelled: faint };
  return paint[state](state);
}
