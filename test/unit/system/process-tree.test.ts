import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProcessStat } from '../../../src/system/process-stat.ts';
import { scanProcesses } from '../../../src/system/process-table.ts';
import { treesOf } from '../../../src/system/process-tree.ts';
import { pidIn, startShell, statOf } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('process-tree');

function processOf(pid: number, ppid: number, pgid = pid): ProcessStat {
  return {
    pid,
    ppid,
    pgid,
    session: pgid,
    tpgid: -1,
    state: 'S',
    startTime: 1,
    cpuTicks: 0,
    rssBytes: 0,
    comm: 'x',
  };
}

function pidsOf(roots: Record<string, number>, all: readonly ProcessStat[]): Record<string, number[]> {
  const trees = treesOf(new Map(Object.entries(roots)), all);
  return Object.fromEntries([...trees].map(([name, tree]) => [name, tree.map(({ pid }) => pid)]));
}

describe('treesOf', () => {
  const all = [
    processOf(1, 0),
    processOf(10, 1),
    processOf(11, 10, 10),
    processOf(12, 11),
    processOf(13, 1, 10),
    processOf(14, 13),
    processOf(20, 1),
    processOf(21, 20, 20),
    processOf(30, 12),
  ];

  it('takes children in groups of their own, and members of the group that are orphans', () => {
    expect(pidsOf({ a: 10, b: 20 }, all)).toEqual({ a: [10, 11, 12, 13, 14, 30], b: [20, 21] });
  });

  it('leaves out a parent of the root that leads its group', () => {
    expect(pidsOf({ a: 11 }, all)).toEqual({ a: [11, 12, 13, 14, 30] });
  });

  it('still finds the group of a root that is gone', () => {
    expect(
      pidsOf(
        { a: 10 },
        all.filter(({ pid }) => pid !== 10),
      ),
    ).toEqual({ a: [11, 12, 13, 14, 30] });
  });

  it('gives an empty tree for a root of which nothing is left', () => {
    expect(pidsOf({ a: 99 }, all)).toEqual({ a: [] });
  });

  it('holds for any table, also one that is torn between two reads', () => {
    const table = fc
      .array(fc.tuple(fc.nat(40), fc.nat(40)), { minLength: 1, maxLength: 40 })
      .map((rows) => rows.map(([ppid, pgid], index) => processOf(index + 1, ppid, pgid)));
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 40 }), (any, root) => {
        const tree = treesOf(new Map([['a', root]]), any).get('a') ?? [];
        const inTree = new Set(tree.map(({ pid }) => pid));
        const found = any.find(({ pid }) => pid === root);
        const group = found?.pgid ?? root;
        expect(inTree.size).toBe(tree.length);
        for (const one of any) {
          const inGroup = one.pgid === group && one.pid !== found?.ppid;
          const belongs = one.pid === root || inGroup || inTree.has(one.ppid);
          expect(inTree.has(one.pid)).toBe(belongs);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('sees a real tree, with a child that went into a session of its own', async () => {
    const file = `${folder}/escaped`;
    const root = startShell(`sleep 1000 & setsid sh -c 'echo $$ >${file}; exec sleep 1000' & wait`);
    const escaped = await pidIn(file);
    const other = startShell('exec sleep 1000');
    const tree = treesOf(new Map([['a', root.pid]]), scanProcesses() ?? []).get('a') ?? [];
    const pids = tree.map(({ pid }) => pid);
    expect(pids).toEqual(expect.arrayContaining([root.pid, escaped]));
    expect(pids).toHaveLength(3);
    expect(pids).not.toContain(other.pid);
    expect(statOf(escaped).pgid).not.toBe(root.pid);
  });
});
