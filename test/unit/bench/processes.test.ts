import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChildReports } from '../../../scripts/bench/child-reports.ts';
import { findMarked, killMarked } from '../../../scripts/bench/marked-processes.ts';
import { cpuBetweenMs, pssBytes, readCpu } from '../../../scripts/bench/process-cost.ts';

describe.runIf(process.platform === 'linux')('processes of a run', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 'bench-'));
  });

  afterEach(() => {
    killMarked(folder);
    rmSync(folder, { recursive: true });
  });

  /** A shell that carries the folder as a mark in its environment only. */
  function startMarked(script: string): number {
    const child = spawn('sh', ['-c', script], {
      env: { PATH: process.env['PATH'], MARK: folder },
      stdio: 'ignore',
    });
    if (child.pid === undefined) throw new Error('sh did not start');
    return child.pid;
  }

  it('are found by their mark, children and double-forked ones too, and killed', async () => {
    const pid = startMarked('(sleep 1000 &) ; sleep 1001; :');
    await vi.waitFor(() => expect(findMarked(folder).length).toBe(3));
    expect(findMarked(folder)).toContain(pid);
    expect(findMarked(`${folder}-other`)).toEqual([]);
    expect(killMarked(folder)).toEqual({ killed: 3, left: 0 });
    expect(findMarked(folder)).toEqual([]);
  });

  it('are charged for the CPU they use, and for that of children that ended', async () => {
    execFileSync('mkfifo', [join(folder, 'go')]);
    const burn = 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done';
    const pid = startMarked(`read wait <${folder}/go; ${burn}; sh -c '${burn}'; sleep 1000; :`);
    const idle = startMarked('sleep 1000; :');
    const before = readCpu([pid, idle]);
    appendFileSync(join(folder, 'go'), 'go\n');
    await vi.waitFor(() => expect(readCpu([pid]).reaped.get(pid)).toBeGreaterThan(10), 15_000);
    const after = readCpu([pid, idle]);
    const own = (after.own.get(pid) ?? 0) - (before.own.get(pid) ?? 0);
    expect(own).toBeGreaterThan(10);
    expect(cpuBetweenMs(before, after)).toBeGreaterThan(own + 10);
    expect(cpuBetweenMs(after, after)).toBe(0);
  });

  it('are charged for their memory, and not once they are gone', async () => {
    const pid = startMarked('sleep 1000; :');
    await vi.waitFor(() => expect(pssBytes([pid])).toBeGreaterThan(50_000));
    killMarked(folder);
    expect(pssBytes([pid])).toBe(0);
  });

  it('report their start; each report is given to who waits for it', async () => {
    const fifo = join(folder, 'up');
    execFileSync('mkfifo', [fifo]);
    const reports = new ChildReports(fifo);
    try {
      const both = reports.next(['a', 'b'], 10_000);
      appendFileSync(fifo, 'a 11\nelse 5\nb 1');
      appendFileSync(fifo, '2\n');
      const came = await both;
      expect([...came.values()].map(({ id, pid }) => [id, pid])).toEqual([
        ['a', 11],
        ['b', 12],
      ]);
      expect(reports.last('else')?.pid).toBe(5);
      expect((await reports.next(['a', 'never'], 20)).size).toBe(0);
    } finally {
      reports.close();
    }
  });
});
