import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { plainLine } from '../../../src/cli/logs/plain-line.ts';
import { showLogs, type ShowSettings } from '../../../src/cli/logs/show-logs.ts';

let folder: string;
let log: string;
let shown: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? os.tmpdir(), 'muxward-logs-'));
  log = path.join(folder, 'web.log');
  shown = '';
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const settings = (some: Partial<ShowSettings> = {}): ShowSettings => ({
  follow: false,
  lines: null,
  sinceMs: null,
  untilMs: null,
  grep: null,
  raw: false,
  timestamps: false,
  write: (text) => void (shown += text),
  writeBytes: (bytes) => void (shown += bytes.toString()),
  onLoss: () => undefined,
  ...some,
});

async function show(some: Partial<ShowSettings> = {}, prefix = ''): Promise<string> {
  shown = '';
  await showLogs([{ path: log, prefix }], settings(some));
  return shown;
}

describe('what is stored', () => {
  it('is shown whole, older files first', async () => {
    fs.writeFileSync(`${log}.2`, '1\n2\n');
    fs.writeFileSync(`${log}.1`, '3\n4');
    fs.writeFileSync(log, '4\n5\n6');
    expect(await show()).toBe('1\n2\n3\n44\n5\n6\n');
  });

  it('is empty where there is no file', async () => {
    expect(await show()).toBe('');
  });

  it.each([
    [0, ''],
    [1, '6\n'],
    [2, '5\n6\n'],
    [3, '44\n5\n6\n'],
    [4, '3\n44\n5\n6\n'],
    [6, '1\n2\n3\n44\n5\n6\n'],
    [99, '1\n2\n3\n44\n5\n6\n'],
  ])('can be cut to its last %i lines, also where a line goes over two files', async (lines, expected) => {
    fs.writeFileSync(`${log}.2`, '1\n2\n');
    fs.writeFileSync(`${log}.1`, '3\n4');
    fs.writeFileSync(log, '4\n5\n6\n');
    expect(await show({ lines })).toBe(expected);
    fs.writeFileSync(log, '4\n5\n6');
    expect(await show({ lines })).toBe(expected);
  });

  it('finds the last lines in a file of many blocks', async () => {
    fs.writeFileSync(log, Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join(''));
    expect(await show({ lines: 20_000 })).toMatch(/^line 80000\nline 80001\n[^]*line 99999\n$/);
  });

  it('is chosen by the times of its files, whole', async () => {
    for (const [file, hour] of [[`${log}.2`, 1], [`${log}.1`, 2], [log, 3]] as const) {
      fs.writeFileSync(file, `${hour}\n`);
      fs.utimesSync(file, new Date(2030, 0, 1, hour), new Date(2030, 0, 1, hour));
    }
    const at = (hour: number): number => new Date(2030, 0, 1, hour).getTime();
    expect(await show({ sinceMs: at(1) + 1 })).toBe('2\n3\n');
    expect(await show({ sinceMs: at(4) })).toBe('');
    expect(await show({ untilMs: at(1) - 1 })).toBe('1\n');
    expect(await show({ sinceMs: at(2), untilMs: at(2) - 1 })).toBe('2\n');
    expect(await show({ timestamps: true, lines: 1 })).toBe(`<=${new Date(2030, 0, 1, 3).toISOString()} 3\n`);
  });

  it('is filtered on plain text, and marked with its agent', async () => {
    fs.writeFileSync(log, '\u001B[31merror\u001B[0m one\nfine\nerror two\n');
    expect(await show({ grep: /^error/ }, 'web | ')).toBe('web | error one\nweb | error two\n');
  });

  it('is left as it is with --raw', async () => {
    const bytes = '\u001B[31mred\r\u0007\u001B[0m no newline';
    fs.writeFileSync(log, bytes);
    expect(await show({ raw: true })).toBe(bytes);
  });
});

describe('what is added', () => {
  it('that grows faster than it is shown ends with what was there, and where following ends', async () => {
    fs.writeFileSync(log, 'first\n');
    const flood = (): void => fs.appendFileSync(log, 'more and more\n'.repeat(2));
    await showLogs([{ path: log, prefix: '' }], settings({ write: flood }));
    let shownTimes = 0;
    const write = (): void => {
      shownTimes += 1;
      flood();
    };
    await showLogs([{ path: log, prefix: '' }], settings({ follow: true, lines: 1, untilMs: Date.now() + 300, write }));
    expect(shownTimes).toBeGreaterThan(1);
  });

  it('is shown as it comes, across rotation, prompts too', async () => {
    fs.writeFileSync(log, 'old\n');
    shown = '';
    const done = showLogs([{ path: log, prefix: '' }], settings({ follow: true, lines: 0, untilMs: Date.now() + 3000 }));
    fs.appendFileSync(log, 'one\n');
    await vi.waitFor(() => expect(shown).toBe('one\n'), { timeout: 2500 });
    fs.appendFileSync(log, 'two\n');
    fs.copyFileSync(log, `${log}.tmp`);
    fs.renameSync(`${log}.tmp`, `${log}.1`);
    fs.truncateSync(log, 0);
    fs.appendFileSync(log, 'Your name? ');
    await vi.waitFor(() => expect(shown).toBe('one\ntwo\nYour name? '), { timeout: 2500 });
    fs.appendFileSync(log, 'Ada\n');
    await vi.waitFor(() => expect(shown).toBe('one\ntwo\nYour name? Ada\n'), { timeout: 2500 });
    await done;
  });
});

describe('a plain line', () => {
  it.each([
    ['\u001B[1;31mred\u001B[0m', 'red'],
    ['10 %\r50 %\r100 %', '100 %'],
    ['done\r', 'done'],
    ['abx\bc', 'abc'],
    ['\u001B]0;title\u0007text', 'text'],
    ['tab\there', 'tab\there'],
    ['bell\u0007 nul\u0000 c1\u009B31m \u202Ebidi', 'bell nul c1 bidi'],
  ])('shows %j as %j', (line, expected) => {
    expect(plainLine(line)).toBe(expected);
  });
});
