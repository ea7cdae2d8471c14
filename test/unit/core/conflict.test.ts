import { describe, expect, it } from 'vitest';
import { compareConflicts, overlaps, type SeenConflict } from '../../../src/core/conflict.ts';

const lines: SeenConflict = { kind: 'lines', agents: ['a', 'b'], base: null, files: ['x'] };
let count = 0;
const look = (before: Parameters<typeof compareConflicts>[0], seen: readonly SeenConflict[]) => compareConflicts(before, seen, `t${count}`, () => `cf_${(count += 1)}`);

describe('compareConflicts', () => {
  it('tells a conflict once, keeps its id and time while it lasts, and tells when it is gone', () => {
    const first = look([], [lines]);
    expect([first.found, first.resolved]).toEqual([first.conflicts, []]);
    const marked = first.conflicts.map((each) => ({ ...each, paused: 'b', resolvedBy: 'you' }));
    const second = look(marked, [{ ...lines, agents: ['b', 'a'], files: ['x', 'y'] }]);
    expect([second.found, second.conflicts]).toEqual([[], [{ ...marked[0], files: ['x', 'y'] }]]);
    const last = look(second.conflicts, []);
    expect([last.conflicts, last.resolved.map(({ id, paused }) => [id, paused])]).toEqual([[], [[first.conflicts[0]?.id, 'b']]]);
  });

  it('lists files that both change and that merge, without telling of them', () => {
    const first = look([], [{ ...lines, kind: 'file' }]);
    expect([first.conflicts.length, first.found]).toEqual([1, []]);
    const second = look(first.conflicts, [lines]);
    expect([second.found.length, second.resolved]).toEqual([1, []]);
  });

  it('takes conflicts with different bases, pairs and kinds for different ones', () => {
    const base: SeenConflict = { kind: 'base', agents: ['a'], base: 'main', files: ['x'] };
    expect(look([], [lines, base, { ...base, base: 'next' }, { ...lines, agents: ['a', 'c'] }]).found.length).toBe(4);
  });
});

describe('overlaps', () => {
  it('names each pair once, and only pairs that share a file', () => {
    const changed = new Map([['b', new Set(['x', 'y'])], ['a', new Set(['y', 'x'])], ['c', new Set(['z'])], ['d', new Set<string>()]]);
    expect(overlaps(changed)).toEqual([{ agents: ['a', 'b'], files: ['x', 'y'] }]);
    expect(overlaps(new Map())).toEqual([]);
  });
});
