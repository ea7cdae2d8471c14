import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseProcStat } from '../../../src/system/process-stat.ts';
import {
  bootId,
  CLOCK_TICKS_PER_SECOND,
  commandLine,
  readStat,
  scanProcesses,
} from '../../../src/system/process-table.ts';
import { parsePsLine, psScan, psStat } from '../../../src/system/process-table-ps.ts';
import { start, startShell, statOf, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('process-table');
const MODULE = path.resolve('src/system/process-table.ts');

describe('parseProcStat', () => {
  const numbers = '100 10 11 12 13 4194304 0 0 0 0 7 5 0 0 20 0 1 0 4711 1000 25 18446744073709551615';

  it('reads a name with spaces, parentheses and newlines', () => {
    const text = `42 (a) Z (b\n)) S ${numbers.replace('100', '1')}`;
    expect(parseProcStat(text, 4096)).toEqual({
      pid: 42,
      ppid: 1,
      pgid: 10,
      session: 11,
      tpgid: 13,
      state: 'S',
      startTime: 4711,
      cpuTicks: 12,
      rssBytes: 25 * 4096,
      comm: 'a) Z (b\n)',
    });
  });

  it('takes a zombie leader whose threads run on for alive', () => {
    expect(parseProcStat(`42 (x) Z ${numbers}`, 4096)?.state).toBe('Z');
    expect(parseProcStat(`42 (x) Z ${numbers.replace(' 20 0 1 0 ', ' 20 0 3 0 ')}`, 4096)?.state).toBe('S');
  });

  it.each(['', '42', '42 (x', '42 (x) S 1 2'])('gives nothing for %j', (text) => {
    expect(parseProcStat(text, 4096)).toBeUndefined();
  });
});

describe('readStat', () => {
  it('reads what ps reads of a real process', async () => {
    const { pid } = start('sleep', ['1000']);
    await until('it sleeps', () => statOf(pid).comm === 'sleep' && statOf(pid).state === 'S');
    const stat = statOf(pid);
    const ps = execFileSync('ps', ['-o', 'ppid=,pgid=,sess=,tpgid=,rss=', '-p', String(pid)], {
      encoding: 'utf8',
    });
    const [ppid, pgid, session, tpgid, rssKb] = ps.trim().split(/\s+/).map(Number);
    expect(stat).toMatchObject({ pid, ppid, pgid, session, tpgid, state: 'S', comm: 'sleep' });
    expect(stat.ppid).toBe(process.pid);
    expect(stat.pgid).toBe(pid);
    expect(stat.rssBytes).toBeCloseTo((rssKb as number) * 1024, -6);
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    expect(uptime - stat.startTime / CLOCK_TICKS_PER_SECOND).toBeLessThan(60);
  });

  it('survives a program whose name is made to mislead', async () => {
    const program = path.join(folder, ') R 1 2 3');
    copyFileSync(execFileSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).trim(), program);
    const { pid } = start(program, ['1000']);
    await until('it sleeps', () => statOf(pid).comm === ') R 1 2 3' && statOf(pid).state === 'S');
    expect(statOf(pid)).toMatchObject({ ppid: process.pid, state: 'S' });
  });

  it('counts processor time', async () => {
    const { pid } = startShell('while :; do :; done');
    const ticks = await until(
      'it used 50 ms',
      () => statOf(pid).cpuTicks >= 0.05 * CLOCK_TICKS_PER_SECOND && statOf(pid).cpuTicks,
    );
    expect(ticks).toBeLessThan(20 * CLOCK_TICKS_PER_SECOND);
  });

  it('says gone of a process that ended, and of one that never was', async () => {
    const child = startShell('exit 0');
    await until('it is reaped', () => child.exitCode !== null && readStat(child.pid) === 'gone');
    expect(readStat(2 ** 30)).toBe('gone');
  });

  it('says unknown, not gone, when no file can be opened', () => {
    const reply = runApart(
      `
      const { openSync } = await import('node:fs');
      const { readStat, scanProcesses } = await import(${JSON.stringify(MODULE)});
      try { for (;;) openSync('/dev/null', 'r'); } catch {}
      const outcome = [readStat(process.ppid), scanProcesses() ?? 'unreadable'];`,
      'ulimit -n 64; exec "$@"',
    );
    expect(reply).toEqual(['unknown', 'unreadable']);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'says unknown, not gone, where /proc is not mounted (needs root)',
    () => {
      const reply = runApart(
        `
      const { readStat, scanProcesses, commandLine } = await import(${JSON.stringify(MODULE)});
      const { execFileSync } = await import('node:child_process');
      execFileSync('mount', ['-t', 'tmpfs', 'none', '/proc']);
      const outcome = [readStat(process.ppid), scanProcesses() ?? 'unreadable', commandLine(process.ppid)];`,
        'exec unshare -m "$@"',
      );
      expect(reply).toEqual(['unknown', 'unreadable', []]);
    },
  );
});

describe('scanProcesses', () => {
  it('finds every process, ourselves included, as readStat does', async () => {
    const children = Array.from({ length: 20 }, () => start('sleep', ['1000']));
    await until('all sleep', () =>
      children.every(({ pid }) => statOf(pid).comm === 'sleep' && statOf(pid).state === 'S'),
    );
    const all = scanProcesses() ?? [];
    expect(all.map(({ pid }) => pid)).toEqual(
      expect.arrayContaining([process.pid, ...children.map(({ pid }) => pid)]),
    );
    for (const { pid } of children) expect(all.find((one) => one.pid === pid)).toEqual(statOf(pid));
  });
});

it('commandLine gives exact arguments, and nothing for a process that is gone', async () => {
  const odd = start('sh', ['-c', 'sleep 1000; :', 'a b', '', 'ü\n']);
  await until('sh runs', () => commandLine(odd.pid).length === 6);
  expect(commandLine(odd.pid)).toEqual(['sh', '-c', 'sleep 1000; :', 'a b', '', 'ü\n']);
  expect(commandLine(2 ** 30)).toEqual([]);
});

it('bootId stays the same', () => {
  expect(bootId()).toMatch(/^[0-9a-f-]{36}$/);
  expect(bootId()).toBe(bootId());
});

describe('where there is no /proc, ps', () => {
  it('gives the same processes', async () => {
    const { pid } = start('sleep', ['1000']);
    await until('it sleeps', () => statOf(pid).comm === 'sleep' && statOf(pid).state === 'S');
    const { ppid, pgid, session, tpgid, state, comm } = statOf(pid);
    const expected = { pid, ppid, pgid, session, tpgid, state, comm };
    expect(psStat(pid)).toMatchObject(expected);
    expect(psScan()?.find((one) => one.pid === pid)).toMatchObject(expected);
    const one = psStat(pid);
    expect(typeof one === 'object' && Math.abs(one.startTime - Date.now() / 1000)).toBeLessThan(60);
    expect(psStat(2 ** 22 - 7)).toBe('gone');
  });

  it('reads what macOS prints', () => {
    const line =
      '  501     1   501      0 -1 Ss   Mon Jan  5 09:04:05 2026      1:02.34  20480 /usr/sbin/some daemon';
    expect(parsePsLine(line)).toMatchObject({
      pid: 501,
      ppid: 1,
      pgid: 501,
      session: 0,
      tpgid: -1,
      state: 'S',
      cpuTicks: 6234,
      rssBytes: 20480 * 1024,
      comm: 'some daemon',
    });
    expect(parsePsLine('garbage')).toBeUndefined();
  });
});

/** Runs code that sets `outcome` in a Node of its own, started by the shell line `via`. */
function runApart(code: string, via: string): unknown {
  const script = `${code}\n;process.stdout.write(JSON.stringify(outcome));`;
  const run = spawnSync('sh', ['-c', via, 'sh', process.execPath, '--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  if (run.stdout === '') throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}
