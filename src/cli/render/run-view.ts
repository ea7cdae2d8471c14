/** The run of a plan in words: a table while it runs, lines where there is no terminal, and the report at its end. Pure. */
import cliTruncate from 'cli-truncate';
import { isOver, type Task, type TaskState } from '../../core/task.ts';
import { formatDuration } from '../../core/units.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { safeLine, safeText } from './safe-text.ts';
import { renderTable } from './table.ts';
import { progressWords } from './task-text.ts';

const SYMBOLS: Readonly<Record<TaskState, string>> = {
  pending: '○',
  queued: '○',
  running: '●',
  completed: '✔',
  failed: '✘',
  cancelled: '–',
};

const LIVE = [
  { header: '' },
  { header: 'TASK' },
  { header: 'STATE' },
  { header: 'TIME', align: 'right' as const },
  { header: 'WHAT', shrinksTo: 12, goes: 1 },
];

export function renderRun(tasks: readonly Task[], { palette, width, none }: Look, nowMs: number): string {
  const rows = tasks.map((task) => [
    paint(task, neverRan(task) ? '–' : SYMBOLS[task.state], palette),
    nameOf(task),
    paint(task, stateOf(task), palette),
    timeOf(task, nowMs) ?? none,
    whatNow(task, tasks),
  ]);
  const [head = '', ...body] = renderTable(LIVE, rows, width);
  return `${[palette.faint(head), ...body].join('\n')}\n`;
}

const REPORT = [
  { header: '' },
  { header: 'TASK' },
  { header: 'STATE' },
  { header: 'TIME', align: 'right' as const },
  { header: 'STATUS', align: 'right' as const },
  { header: 'WHY', shrinksTo: 16 },
];

/** Each task, and what to look at where one failed. */
export function renderReport(tasks: readonly Task[], { palette, width, none }: Look, nowMs: number): string {
  const rows = tasks.map((task) => [
    paint(task, neverRan(task) ? '–' : SYMBOLS[task.state], palette),
    nameOf(task),
    paint(task, stateOf(task), palette),
    timeOf(task, nowMs) ?? none,
    task.result?.signal ?? (task.result?.status ?? none).toString(),
    task.state === 'completed'
      ? ''
      : `${inNames(task.reason, tasks)}${task.optional && !neverRan(task) ? ' (it may fail)' : ''}`,
  ]);
  const [head = '', ...body] = renderTable(REPORT, rows, width);
  const verdict = hasSucceeded(tasks) ? palette.good('✔') : palette.bad('✘');
  const sum = `${verdict} ${tasks[0]?.plan?.name ?? ''}: ${sumOf(tasks)} in ${spanOf(tasks, nowMs)}`;
  const failures = tasks.filter(hasFailed).flatMap((task) => lastLines(task, width, palette));
  return `${[palette.faint(head), ...body, '', ...failures, sum].join('\n')}\n`;
}

/** It ran, and failed, and was not free to. */
export function hasFailed(task: Task): boolean {
  return task.state === 'failed' && !task.optional && !neverRan(task);
}

const LAST_LINES = 5;

/** What it printed last, and where the rest is. */
function lastLines(task: Task, width: number, palette: Palette): string[] {
  const said = safeText(task.result?.answer ?? task.result?.output ?? '').trimEnd();
  const lines = said === '' ? [] : said.split('\n').slice(-LAST_LINES);
  const heading = `${nameOf(task)} ${lines.length === 0 ? 'printed nothing' : 'printed last'}`;
  const logs = task.agent !== null && task.command === null ? `muxward logs ${task.agent}` : `muxward task logs ${task.id}`;
  return [`${heading}${palette.faint(`  → ${logs}`)}`, ...lines.map((line) => `  ${cut(line, width - 2)}`), ''];
}

function cut(line: string, width: number): string {
  return Number.isFinite(width) ? cliTruncate(line.replaceAll('\t', '  '), width) : line;
}

/** What has changed from one look to the next, a line each. */
export function changeLines(before: readonly Task[], now: readonly Task[], nowMs: number): string[] {
  const stateBefore = new Map(before.map((task) => [task.id, `${task.state} ${task.attempt}`]));
  return now.flatMap((task) => {
    if (
      stateBefore.get(task.id) === `${task.state} ${task.attempt}` ||
      !(task.state === 'running' || isOver(task.state))
    )
      return [];
    const time = timeOf(task, nowMs);
    const attempt = task.state === 'running' && task.attempt > 1 ? ` (attempt ${task.attempt})` : '';
    const why = task.state === 'failed' || task.state === 'cancelled' ? `: ${inNames(task.reason, now)}` : '';
    return [
      `${nameOf(task)} ${task.state === 'running' ? 'started' : stateOf(task)}${attempt}${isOver(task.state) && time !== null ? ` (${time})` : ''}${why}`,
    ];
  });
}

/** All that had to succeed did. */
export function hasSucceeded(tasks: readonly Task[]): boolean {
  return tasks.every(({ state, optional }) => state === 'completed' || (optional && isOver(state)));
}

/** For people: what came to nothing because of another has not failed itself. */
function stateOf(task: Task): string {
  return neverRan(task) ? 'not run' : task.state;
}

function neverRan({ state, attempt }: Task): boolean {
  return state === 'failed' && attempt === 0;
}

/** What the plan calls it. */
export function nameOf({ plan, id }: Pick<Task, 'plan' | 'id'>): string {
  return plan?.task ?? id;
}

function whatNow(task: Task, tasks: readonly Task[]): string {
  if (task.state === 'running') return safeLine(progressWords(task) || task.description);
  return task.state === 'completed' ? '' : inNames(task.reason, tasks);
}

/** Reasons speak of tasks by their ids; who wrote the plan knows their names. */
function inNames(reason: string, tasks: readonly Task[]): string {
  return safeLine(tasks.reduce((text, task) => text.replaceAll(task.id, nameOf(task)), reason));
}

function sumOf(tasks: readonly Task[]): string {
  const count = (state: string): number => tasks.filter((task) => stateOf(task) === state).length;
  const rest = ['failed', 'not run', 'cancelled', 'running', 'queued', 'pending'].flatMap((state) =>
    count(state) === 0 ? [] : [`${count(state)} ${state}`],
  );
  return [`${count('completed')} of ${tasks.length} completed`, ...rest].join(', ');
}

function spanOf(tasks: readonly Task[], nowMs: number): string {
  const starts = tasks.map(({ createdAt }) => Date.parse(createdAt));
  const ends = tasks.map(({ endedAt }) => (endedAt === null ? nowMs : Date.parse(endedAt)));
  return preciseTime(Math.max(...ends) - Math.min(...starts));
}

function timeOf({ startedAt, endedAt }: Task, nowMs: number): string | null {
  if (startedAt === null) return null;
  return preciseTime((endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt));
}

/** `0.4s`, `12s`, `3m`. */
function preciseTime(ms: number): string {
  return ms < 10_000 ? `${(Math.max(0, ms) / 1000).toFixed(1)}s` : formatDuration(ms);
}

function paint(task: Task, text: string, palette: Palette): string {
  const { state, optional } = task;
  if (neverRan(task)) return palette.faint(text);
  if (state === 'failed') return optional ? palette.attention(text) : palette.bad(text);
  if (state === 'completed' || state === 'running') return palette.good(text);
  return palette.faint(text);
}
