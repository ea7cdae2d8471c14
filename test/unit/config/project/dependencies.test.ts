import { expect, test } from 'vitest';
import { dependencyFaults, type Needs } from '../../../../src/config/project/dependencies.ts';

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
