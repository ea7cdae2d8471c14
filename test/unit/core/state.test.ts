import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLive, isRunning, nextState, STATES, TRIGGERS, type State } from '../../../src/core/state.ts';

const states = fc.constantFrom(...STATES);
const triggers = fc.constantFrom(...TRIGGERS);

/** Where a history leads; triggers that the table refuses leave the state as it is. */
function pathOf(history: readonly (typeof TRIGGERS)[number][], from: State = 'created'): State[] {
  const path = [from];
  for (const trigger of history)
    path.push(nextState(path.at(-1) as State, trigger) ?? (path.at(-1) as State));
  return path;
}

it('is this table: each state by each trigger', () => {
  const lines = STATES.map((from) => {
    const edges = TRIGGERS.flatMap((trigger) => {
      const to = nextState(from, trigger);
      return to === undefined ? [] : [`${trigger}→${to}`];
    });
    return `${from.padEnd(12)}${edges.join(' ')}`;
  });
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    created     launch→spawning stop→terminated gave-up→failed
    spawning    launch→spawning started→ready stop→terminating finished→terminated gave-up→failed
    ready       launch→spawning busy→executing asks→waiting idle→ready pause→paused stop→terminating finished→terminated gave-up→failed
    executing   launch→spawning busy→executing asks→waiting idle→ready pause→paused stop→terminating finished→terminated gave-up→failed
    waiting     launch→spawning busy→executing asks→waiting idle→ready pause→paused stop→terminating finished→terminated gave-up→failed
    paused      launch→spawning resume→ready stop→terminating finished→terminated gave-up→failed
    terminating launch→spawning stop→terminating finished→terminated gave-up→failed
    terminated  launch→spawning
    failed      launch→spawning stop→terminated
    "
  `);
});

describe('over 10,000 histories', { timeout: 120_000 }, () => {
  const overAll = (property: (history: (typeof TRIGGERS)[number][]) => void) =>
    fc.assert(fc.property(fc.array(triggers, { maxLength: 30 }), property), { numRuns: 10_000 });

  it('a process comes only from spawning, and its end is always an end', () => {
    overAll((history) => {
      const path = pathOf(history);
      const wrong = path.slice(1).filter((to, index) => {
        const from = path[index] as State;
        const trigger = history[index];
        const comesAlive = !isLive(from) && isLive(to);
        return (
          !STATES.includes(to) ||
          (isRunning(to) && !isRunning(from) && from !== 'spawning') ||
          (comesAlive && !(to === 'spawning' && trigger === 'launch')) ||
          (trigger === 'finished' && isLive(from) && to !== 'terminated') ||
          (trigger === 'gave-up' && isLive(from) && to !== 'failed')
        );
      });
      expect(wrong).toEqual([]);
    });
  });

  it('stop is never refused where something lives, and then only an end or a new launch follows', () => {
    overAll((history) => {
      const refusing = pathOf(history).filter(
        (state) => isLive(state) && nextState(state, 'stop') !== 'terminating',
      );
      expect(refusing).toEqual([]);
    });
    for (const trigger of TRIGGERS) {
      const next = nextState('terminating', trigger);
      expect([undefined, 'terminating', 'terminated', 'failed', 'spawning']).toContain(next);
    }
  });

  it('from anywhere an agent can be launched, run, and ended', () => {
    overAll((history) => {
      expect(pathOf([...history, 'launch', 'started', 'busy', 'stop', 'finished']).slice(-5)).toEqual([
        'spawning',
        'ready',
        'executing',
        'terminating',
        'terminated',
      ]);
    });
  });
});

it('what a late event of a dead process would change is refused', () => {
  for (const state of ['terminated', 'failed'] as const) {
    for (const late of [
      'started',
      'busy',
      'asks',
      'idle',
      'pause',
      'resume',
      'finished',
      'gave-up',
    ] as const) {
      expect(nextState(state, late)).toBeUndefined();
    }
  }
});

it('running is a part of live', () => {
  fc.assert(fc.property(states, (state) => !isRunning(state) || isLive(state)));
  expect(STATES.filter((state) => !isLive(state))).toEqual(['created', 'terminated', 'failed']);
  expect(STATES.filter(isRunning)).toEqual(['ready', 'executing', 'waiting', 'paused']);
});
