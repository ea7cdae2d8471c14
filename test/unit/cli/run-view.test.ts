import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../../src/cli/render/palette.ts';
import { changeLines, hasSucceeded, renderReport, renderRun } from '../../../src/cli/render/run-view.ts';
import type { Task } from '../../../src/core/task.ts';

const START = Date.parse('2030-01-31T12:00:00Z');
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();

function taskOf(name: string, some: Partial<Task> = {}): Task {
  const plan = { run: 'run_1', name: 'release', task: name, stage: 1, of: 3 };
  return {
    id: `task_${name}`,
    description: `does ${name}`,
    agent: null,
    agentType: null,
    command: ['x'],
    state: 'pending',
    reason: 'waits',
    priority: 5,
    category: null,
    after: [],
    input: null,
    attempt: 0,
    retries: 0,
    backoffMs: 1000,
    timeoutMs: null,
    dueAt: null,
    progress: null,
    result: null,
    plan,
    checkpoints: { before: null, after: null },
    optional: false,
    isHeld: false,
    createdAt: at(0),
    startedAt: null,
    endedAt: null,
    ...some,
  };
}

const outcome = (status: number | null, signal: string | null = null): Task['result'] => ({
  status,
  signal,
  output: null,
  answer: null,
});
const done = taskOf('build', {
  state: 'completed',
  attempt: 1,
  startedAt: at(0),
  endedAt: at(2),
  result: outcome(0),
});
const runs = taskOf('review', {
  state: 'running',
  attempt: 1,
  startedAt: at(2),
  progress: { percent: 40.4, step: 'Reads\u001B[2J diffs', at: at(3), remainingMs: 90_000 },
});
const broken = taskOf('review', {
  state: 'failed',
  reason: 'exit 2',
  attempt: 1,
  startedAt: at(2),
  endedAt: at(65),
  result: outcome(2),
});
const stopped = taskOf('publish', {
  state: 'failed',
  reason: 'task_review, which it comes after, was not done: it failed',
});
const look = (width: number) => ({ palette: PLAIN, width, forPeople: true, none: '–' });

describe('while it runs', () => {
  it('each task has its state, progress, time, and what it does or waits for', () => {
    const waits = taskOf('publish', { reason: 'waits for task_review' });
    expect(renderRun([done, runs, waits], look(80), START + 5000)).toBe(`   TASK     STATE      TIME  WHAT
✔  build    completed  2.0s
●  review   running    3.0s  40 % Reads diffs, 1m left
○  publish  pending       –  waits for review
`);
  });

  it('a line is told for each start and each end, and no other', () => {
    expect(changeLines([], [taskOf('build')], START)).toEqual([]);
    expect(changeLines([taskOf('build')], [{ ...done, state: 'running', endedAt: null }], START)).toEqual([
      'build started',
    ]);
    expect(
      changeLines([{ ...done, state: 'running' }, runs, stopped], [done, broken, stopped], START),
    ).toEqual(['build completed (2.0s)', 'review failed (1m): exit 2']);
    expect(changeLines([runs], [runs], START)).toEqual([]);
    expect(changeLines([runs], [{ ...runs, attempt: 2 }], START)).toEqual(['review started (attempt 2)']);
    expect(changeLines([taskOf('publish')], [broken, stopped], START)[1]).toBe(
      'publish not run: review, which it comes after, was not done: it failed',
    );
  });
});

describe('the report', () => {
  it('says why, and where to look', () => {
    const output = `1\n2\n3\n4\n\u001B[31m5\u001B[0m\n6\n${'x'.repeat(200)}\n`;
    const said = { ...broken, result: { ...outcome(2), output } as Task['result'] };
    const lines = renderReport([done, said, stopped], look(80), START + 99_000).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '   TASK     STATE      TIME  STATUS  WHY',
      '✔  build    completed  2.0s       0',
      '✘  review   failed       1m       2  exit 2',
      '–  publish  not run       –       –  review, which it comes after, was not done…',
    ]);
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
    expect(lines.slice(5)).toEqual([
      'review printed last  → muxward task logs task_review',
      '  3',
      '  4',
      '  5',
      '  6',
      `  ${'x'.repeat(77)}…`,
      '',
      '✘ release: 1 of 3 completed, 1 failed, 1 not run in 1m',
      '',
    ]);
  });

  it('names the signal that ended a task', () => {
    const killed = { ...broken, result: outcome(null, 'SIGKILL') };
    expect(renderReport([killed], look(80), START)).toContain('SIGKILL');
  });
});

it('a plan has succeeded where all that had to succeed did', () => {
  expect(hasSucceeded([done])).toBe(true);
  expect(hasSucceeded([done, broken])).toBe(false);
  expect(hasSucceeded([done, { ...broken, optional: true }])).toBe(true);
  expect(hasSucceeded([done, { ...runs, optional: true }])).toBe(false);
  expect(hasSucceeded([runs])).toBe(false);
});
