// Whatever is submitted and however it ends: every task ends once, in order, after what it comes after, and at most N run.
import {
  array,
  assert as holds,
  boolean,
  constantFrom,
  infiniteStream,
  integer,
  nat,
  property,
  record,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOver, nextTaskState, TASK_STATES, TASK_TRIGGERS, type TaskState } from '../../../src/core/task.ts';
import {
  chooseToForget,
  nextDueMs,
  standingOf,
  startsNow,
  taskBackOffMs,
  type Before,
  type Queued,
} from '../../../src/core/task-queue.ts';

type Model = { -readonly [K in keyof Queued]: Queued[K] } & { attempt: number; optional: boolean };

const AT_ONCE = { nowMs: 0, maxOfRun: () => null, canTake: () => true } as const;

const wish = record({
  priority: integer({ min: 1, max: 10 }),
  agent: constantFrom(null, 'a', 'b'),
  // Ids are new: a task can only come after earlier ones.
  after: array(nat(), { maxLength: 3 }),
  outcome: constantFrom('completed' as const, 'failed' as const, 'cancelled' as const, 'completed' as const),
  plan: boolean(),
  optional: boolean(),
});

function modelOf(
  wishes: readonly {
    priority: number;
    agent: string | null;
    after: number[];
    plan: boolean;
    optional?: boolean;
  }[],
): Model[] {
  return wishes.map(({ priority, agent, after, plan, optional = false }, i) => ({
    id: `t${i}`,
    state: 'pending' as TaskState,
    agent,
    priority,
    after: i === 0 ? [] : [...new Set(after.map((n) => `t${n % i}`))],
    isHeld: false,
    dueAt: null,
    plan: plan ? { run: 'run_1', name: 'p', task: `t${i}`, stage: 1, of: 1 } : null,
    attempt: 0,
    optional,
  }));
}

function settle(tasks: Model[]): void {
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const task of tasks.filter(({ state }) => state === 'pending' || state === 'queued')) {
      const standing = standingOf(task, (id) => tasks.find((each) => each.id === id));
      const to: TaskState =
        standing.kind === 'hopeless' ? 'failed' : standing.kind === 'ready' ? 'queued' : 'pending';
      if (to !== task.state) isSettled = false;
      task.state = to;
    }
  }
}

describe('the queue', () => {
  test('ends every task, runs none twice and none too early, in order, one an agent and at most N', () => {
    holds(
      property(
        array(wish, { maxLength: 25 }),
        integer({ min: 1, max: 4 }),
        integer({ min: 1, max: 3 }),
        infiniteStream(nat()),
        (wishes, maxParallel, maxOfRun, picks) => {
          const tasks = modelOf(wishes);
          const room = { ...AT_ONCE, maxParallel, maxOfRun: () => maxOfRun };
          for (let step = 0; step <= wishes.length; step += 1) {
            settle(tasks);
            const starting = startsNow(tasks, room);
            const before = tasks.filter(({ state }) => state === 'running');
            for (const task of starting) {
              const before = tasks.filter(({ id }) => task.after.includes(id));
              expect(before.every((each) => each.state === 'completed' || (each.optional && each.state === 'failed' && each.attempt === 1))).toBe(true);
              task.state = 'running';
              task.attempt += 1;
            }
            const running = tasks.filter(({ state }) => state === 'running');
            expect(running.length).toBeLessThanOrEqual(maxParallel);
            expect(running.filter(({ plan }) => plan !== null).length).toBeLessThanOrEqual(maxOfRun);
            for (const agent of ['a', 'b'])
              expect(running.filter((task) => task.agent === agent).length).toBeLessThanOrEqual(1);
            // Who still waits although there is room has an agent or a plan that is busy, or nobody better was passed over.
            for (const waiting of tasks.filter(({ state }) => state === 'queued')) {
              const isBlocked =
                running.some(({ agent }) => agent !== null && agent === waiting.agent) ||
                (waiting.plan !== null && running.filter(({ plan }) => plan !== null).length >= maxOfRun);
              expect(running.length === maxParallel || isBlocked).toBe(true);
              const passedBy = starting.filter(
                ({ priority, id }) =>
                  priority > waiting.priority ||
                  (priority === waiting.priority && Number(id.slice(1)) > Number(waiting.id.slice(1))),
              );
              expect(isBlocked || passedBy.length === 0).toBe(true);
            }
            if (running.length === 0) break;
            const ended = running[(picks.next().value ?? 0) % running.length] as Model;
            ended.state = wishes[tasks.indexOf(ended)]?.outcome ?? 'completed';
            expect(before.length + starting.length).toBe(running.length);
          }
          expect(tasks.every(({ state }) => isOver(state))).toBe(true);
          for (const { state, attempt } of tasks)
            expect(state === 'completed' ? [1] : [0, 1]).toContain(attempt);
        },
      ),
    );
  });

  test('what a task comes after has failed: so has it, with the reason', () => {
    const once = { attempt: 1, optional: false };
    const before: Record<string, Before> = {
      t1: { ...once, state: 'completed' },
      t2: { ...once, state: 'failed' },
      t3: { ...once, state: 'cancelled' },
      t4: { ...once, state: 'failed', optional: true },
      t5: { state: 'failed', attempt: 0, optional: true },
    };
    const of = (...after: string[]): string => {
      const standing = standingOf({ after, isHeld: false }, (id) => before[id]);
      return standing.kind === 'hopeless' ? standing.because : standing.kind;
    };
    expect(of('t1')).toBe('ready');
    expect(of('t1', 't2')).toMatch(/^t2, .* failed/);
    expect(of('t3')).toMatch(/^t3, .* cancelled/);
    expect(of('t9')).toMatch(/^t9, .* not known/);
    // It may fail; but where it could not even start, what it needs itself was not done.
    expect(of('t1', 't4')).toBe('ready');
    expect(of('t4', 't5')).toMatch(/^t5, .* failed/);
  });

  test('one that is due later, one whose agent cannot take it and one that is held stay where they are', () => {
    const [due, busy, free] = modelOf(
      [0, 1, 2].map(() => ({ priority: 5, agent: null, after: [], plan: false })),
    ) as [Model, Model, Model];
    for (const task of [due, busy, free]) task.state = 'queued';
    due.dueAt = new Date(5000).toISOString();
    expect(
      startsNow([due, busy, free], { ...AT_ONCE, maxParallel: 9, canTake: (id) => id !== busy.id }),
    ).toEqual([free]);
    expect(nextDueMs([due, busy, free], 4000)).toBe(5000);
    expect(nextDueMs([due, busy, free], 5000)).toBeNull();
    expect(standingOf({ after: [], isHeld: true }, () => undefined)).toEqual({ kind: 'waits', on: 'held' });
  });

  test('the wait doubles with each attempt', () => {
    expect([1, 2, 3].map((attempt) => taskBackOffMs(1000, attempt))).toEqual([1000, 2000, 4000]);
    expect(taskBackOffMs(1000, 60)).toBe(86_400_000);
  });

  test('the oldest that are over are forgotten, and never what another waits for', () => {
    const tasks = modelOf(
      [[], [], [], [0]].map((after) => ({ priority: 5, agent: null, after, plan: false })),
    );
    for (const task of tasks.slice(0, 3)) task.state = 'completed';
    expect(chooseToForget(tasks, 1)).toEqual(['t1']);
    expect(chooseToForget(tasks, 3)).toEqual([]);
  });
});

describe('the state table', () => {
  const waysOut = (state: TaskState): string[] =>
    TASK_TRIGGERS.filter((trigger) => nextTaskState(state, trigger) !== undefined);

  test('lets what is over only begin again, and what is open always be cancelled', () => {
    for (const state of TASK_STATES.filter(isOver)) expect(waysOut(state)).toEqual(['again']);
    for (const state of TASK_STATES.filter((each) => !isOver(each)))
      expect(waysOut(state)).toEqual(expect.arrayContaining(['cancel', 'fail']));
  });

  test('starts what is queued, and nothing else', () => {
    expect(TASK_STATES.filter((state) => nextTaskState(state, 'start') !== undefined)).toEqual(['queued']);
  });
});
