import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dependencyFaults, inOrder, type Needs } from '../../../../src/config/project/dependencies.ts';

const needs = (map: Readonly<Record<string, readonly string[]>>): Needs =>
  new Map(Object.entries(map).map(([name, wanted]) => [name, Object.fromEntries(wanted.map((each) => [each, 'started' as const]))]));

const messages = (map: Readonly<Record<string, readonly string[]>>): string[] => dependencyFaults(needs(map), new Map()).map(({ message }) => message);

test('a diamond is no circle', () => {
  expect(messages({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] })).toEqual([]);
});

test('each circle is told once, with its path', () => {
  expect(messages({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['d'], e: ['a'] })).toEqual([
    'depends_on goes round in a circle: a → b → c → a',
    'd depends on itself',
  ]);
});

test('an agent that is alone has nobody to depend on', () => {
  expect(dependencyFaults(needs({ a: ['b'] }), new Map())).toEqual([
    { entry: 'a', needs: 'b', message: 'a depends on "b", which this file does not declare', hint: 'there is no other agent in this file' },
  ]);
});

const graphs = fc
  .array(fc.array(fc.nat({ max: 11 }), { maxLength: 3 }), { minLength: 12, maxLength: 12 })
  .map((rows) => Object.fromEntries(rows.map((row, i) => [`n${i}`, [...new Set(row)].map((n) => `n${n}`)])));

/** True where every agent can be started at some time: Kahn's way, unlike the one under test. */
function canAllStart(graph: Readonly<Record<string, readonly string[]>>): boolean {
  const started = new Set<string>();
  for (let before = -1; before < started.size; ) {
    before = started.size;
    for (const [name, wanted] of Object.entries(graph)) if (wanted.every((each) => started.has(each))) started.add(name);
  }
  return started.size === Object.keys(graph).length;
}

test('there is a circle exactly where not all can start', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      expect(messages(graph).length === 0).toBe(canAllStart(graph));
    }),
  );
});

test('the order holds all names once, circle or not', () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const names = Object.keys(graph);
      expect(inOrder(names, (name) => graph[name] ?? []).toSorted()).toEqual(names.toSorted());
    }),
  );
});
