import { expect, it } from 'vitest';
import { waitsFor, type PlannedTask, type Strategy } from '../../../src/core/plan.ts';

const waits = (strategy: Strategy, needs: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> => {
  const tasks = Object.entries(needs).map(([name, each]): PlannedTask => ({
    name, needs: each, description: '', command: ['x'], agent: null, agentType: null, cwd: '/', env: {}, priority: null, timeoutMs: null, retries: 0, backoffMs: null, optional: false,
  }));
  return Object.fromEntries(waitsFor({ strategy, tasks }));
};

it('parallel tasks wait for what they need', () => {
  expect(waits('parallel', { a: [], b: ['a'], c: [] })).toEqual({ a: [], b: ['a'], c: [] });
});

it('sequential tasks wait for the one before, and go behind what they need', () => {
  expect(waits('sequential', { a: ['c'], b: [], c: [] })).toEqual({ c: [], a: ['c'], b: ['a'] });
  expect(waits('sequential', { a: [], b: [], c: ['a'] })).toEqual({ a: [], b: ['a'], c: ['a', 'b'] });
});

it('stages of a pipeline wait for the one above', () => {
  expect(waits('pipeline', { a: [], b: [], c: ['b'] })).toEqual({ a: [], b: ['a'], c: ['b'] });
});
