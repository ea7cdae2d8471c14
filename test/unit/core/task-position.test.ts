// Back to a position and forward again: everything is as it was, whatever order tasks ended in.
import { array, assert as holds, constantFrom, nat, property, record, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Task } from '../../../src/core/task.ts';
import { afterMove, movesTo, positionOf, type PlacedTask } from '../../../src/core/task-position.ts';

function task(id: string, values: Partial<Task> = {}): Task {
  return {
    id,
    description: id,
    agent: 'coder',
    agentType: null,
    command: ['true'],
    state: 'queued',
    reason: 'waits for its turn',
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
    plan: null,
    checkpoints: { before: null, after: null },
    optional: false,
    isHeld: false,
    createdAt: '2030-01-01T00:00:00.000Z',
    startedAt: null,
    endedAt: null,
    ...values,
  };
}

const waiting = (id: string): PlacedTask => ({
  task: task(id),
  number: null,
  isClosing: false,
  undone: null,
});

function ended(id: string, number: number, state: Task['state'] = 'completed'): PlacedTask {
  const result = { status: 0, signal: null, output: null, answer: null };
  return {
    task: task(id, {
      state,
      reason: 'done',
      attempt: 1,
      result,
      checkpoints: { before: 'cp_b', after: 'cp_a' },
      endedAt: '2030-01-01T00:00:01.000Z',
    }),
    number,
    isClosing: false,
    undone: null,
  };
}

function goTo(tasks: readonly PlacedTask[], position: Parameters<typeof movesTo>[1]): PlacedTask[] {
  const moved = new Map(movesTo(tasks, position).map((move) => [move.placed.task.id, afterMove(move)]));
  return tasks.map((placed) => moved.get(placed.task.id) ?? placed);
}

/** Of ten tasks, some have ended, in any order, and the others wait. */
const history = record({
  order: uniqueArray(nat({ max: 9 }), { maxLength: 10 }),
  states: array(constantFrom('completed' as const, 'failed' as const, 'cancelled' as const), {
    minLength: 10,
    maxLength: 10,
  }),
  stops: array(nat({ max: 10 }), { minLength: 1, maxLength: 6 }),
});

describe('taking an agent back and forward', () => {
  test('is the identity, by any way', () => {
    holds(
      property(history, ({ order, states, stops }) => {
        const at = (count: number): PlacedTask[] =>
          Array.from({ length: 10 }, (_, i) => {
            const place = order.slice(0, count).indexOf(i);
            return place < 0 ? waiting(`t${i}`) : ended(`t${i}`, place + 1, states[i]);
          });
        const now = at(order.length);
        const here = positionOf(now, order.length);
        let tasks = now;
        for (const stop of stops) {
          const count = Math.min(stop, order.length);
          tasks = goTo(tasks, positionOf(at(count), count));
          expect(tasks.filter(({ number }) => number !== null).length).toBe(count);
          // Asked twice, it changes nothing more.
          expect(goTo(tasks, positionOf(at(count), count))).toEqual(tasks);
        }
        expect(goTo(tasks, here)).toEqual(now);
      }),
    );
  });

  test('what ended later is pending again and held, with its outcome kept aside', () => {
    const tasks = [ended('t1', 1), ended('t2', 2), ended('t3', 3, 'failed'), waiting('t4')];
    const back = goTo(tasks, positionOf([ended('t1', 1), waiting('t2'), waiting('t3')], 1));
    expect(back.map((placed) => [placed.task.state, placed.task.isHeld, placed.number])).toEqual([
      ['completed', false, 1],
      ['pending', true, null],
      ['pending', true, null],
      ['queued', false, null],
    ]);
    expect(back[1]?.task).toMatchObject({
      result: null,
      attempt: 0,
      checkpoints: { before: null, after: null },
      reason: expect.stringContaining('muxward task resume t2'),
    });
  });

  test('a task that ran again since keeps its new outcome, and one that came since is undone by going forward', () => {
    const back = goTo(
      [ended('t1', 1), ended('t2', 2), ended('t3', 3)],
      positionOf([ended('t1', 1), waiting('t2'), waiting('t3')], 1),
    );
    // t2 ran again and failed, and a new one ended: numbers are never given twice.
    const later = [back[0] as PlacedTask, ended('t2', 4, 'failed'), back[2] as PlacedTask, ended('t5', 5)];
    const forward = goTo(later, positionOf([ended('t1', 1), ended('t2', 2), ended('t3', 3)], 3));
    expect(forward.map(({ task: { id, state } }) => `${id} ${state}`)).toEqual([
      't1 completed',
      't2 pending',
      't3 completed',
      't5 pending',
    ]);
    // And back to where it was before that.
    expect(goTo(forward, positionOf(later, 5))).toEqual(later);
  });

  test('what ran at that time had not ended, and what is closing had', () => {
    const running: PlacedTask = {
      task: task('t2', { state: 'running' }),
      number: null,
      isClosing: false,
      undone: null,
    };
    expect(positionOf([ended('t1', 1), running, waiting('t3')], 1)).toEqual({
      ended: 1,
      done: 1,
      last: 't1',
      running: 't2',
      waiting: ['t3'],
      stage: null,
    });
    const closing: PlacedTask = {
      task: task('t2', { state: 'running' }),
      number: 2,
      isClosing: true,
      undone: null,
    };
    expect(positionOf([ended('t1', 1), closing], 2)).toMatchObject({
      ended: 2,
      done: 2,
      last: 't2',
      running: null,
    });
    // It had ended by the counter when another one ran: its own end came later.
    expect(
      movesTo([ended('t1', 1), ended('t2', 2)], positionOf([ended('t1', 1), running], 1)).map(
        ({ kind, placed }) => `${kind} ${placed.task.id}`,
      ),
    ).toEqual(['undo t2']);
  });
});
