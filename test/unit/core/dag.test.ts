import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cycleInWords, cycles, inOrder, stages, unknownNeeds, type Graph } from '../../../src/core/dag.ts';

const graph = (map: Readonly<Record<string, readonly string[]>>): Graph => new Map(Object.entries(map));

/** Twelve names that need any of each other: most have circles. */
const anyGraphs = fc
  .array(fc.array(fc.nat({ max: 11 }), { maxLength: 2 }), { minLength: 12, maxLength: 12 })
  .map((rows): Graph => new Map(rows.map((row, i) => [`n${i}`, [...new Set(row)].map((n) => `n${n}`)])));

/** Names that need earlier ones only, written in any order: none has a circle. */
const acyclic = fc
  .tuple(fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: 1, maxLength: 20 }), fc.infiniteStream(fc.nat()))
  .map(([rows, shuffle]): Graph => {
    const entries = rows.map((row, i): [string, string[]] => [`n${i}`, i === 0 ? [] : [...new Set(row.map((n) => `n${n % i}`))]]);
    return new Map(entries.map((entry) => [shuffle.next().value as number, entry] as const).toSorted(([a], [b]) => a - b).map(([, entry]) => entry));
  });

/** True where all can be done at some time: Kahn's way, unlike the one under test. */
function canAllBeDone(of: Graph): boolean {
  const done = new Set<string>();
  for (let before = -1; before < done.size; ) {
    before = done.size;
    for (const [name, needs] of of) if (needs.every((each) => done.has(each))) done.add(name);
  }
  return done.size === of.size;
}

describe('circles', () => {
  it('are told once each, with their path', () => {
    const found = cycles(graph({ a: ['b'], b: ['c'], c: ['a', 'd'], d: ['d'], e: ['a'] }));
    expect(found.map(cycleInWords)).toEqual(['a → b → c → a', 'd → d']);
  });

  it('are there exactly where not all can be done', () => {
    fc.assert(fc.property(anyGraphs, (any) => { expect(cycles(any).length === 0).toBe(canAllBeDone(any)); }));
  });

  it('go round along what is needed', () => {
    fc.assert(
      fc.property(anyGraphs, (any) => {
        for (const cycle of cycles(any)) for (const [i, name] of cycle.entries()) expect(any.get(name)).toContain(cycle[(i + 1) % cycle.length]);
      }),
    );
  });
});

describe('the order', () => {
  it('is that of the file where nothing is needed', () => {
    expect(inOrder(graph({ c: [], a: [], b: ['a'] }))).toEqual(['c', 'a', 'b']);
  });

  it('holds all names once, circle or not', () => {
    fc.assert(fc.property(anyGraphs, (any) => { expect(inOrder(any).toSorted()).toEqual([...any.keys()].toSorted()); }));
  });

  it('has each behind what it needs', () => {
    fc.assert(
      fc.property(acyclic, (of) => {
        const order = inOrder(of);
        for (const [name, needs] of of) for (const each of needs) expect(order.indexOf(each)).toBeLessThan(order.indexOf(name));
      }),
    );
  });
});

describe('stages', () => {
  it('of a diamond are three', () => {
    expect(stages(graph({ d: ['b', 'c'], b: ['a'], c: ['a'], a: [] }))).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('hold all names once, each right behind the latest of what it needs', () => {
    fc.assert(
      fc.property(acyclic, (of) => {
        const levels = stages(of);
        expect(levels.flat().toSorted()).toEqual([...of.keys()].toSorted());
        const levelOf = new Map(levels.flatMap((names, level) => names.map((name) => [name, level] as const)));
        for (const [name, needs] of of) expect(levelOf.get(name)).toBe(Math.max(-1, ...needs.map((each) => levelOf.get(each) ?? 0)) + 1);
      }),
    );
  });
});

it('a name that is none comes with the nearest that is', () => {
  expect(unknownNeeds(graph({ build: [], test: ['biuld', 'frobnicate'] }))).toEqual([
    { name: 'test', needs: 'biuld', near: 'build' },
    { name: 'test', needs: 'frobnicate', near: undefined },
  ]);
});
