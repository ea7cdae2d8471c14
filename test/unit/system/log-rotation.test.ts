import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { resumeWriter, rotateLog } from '../../../src/system/log-rotation.ts';
import { start, statOf, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('rotation');
let count = 0;
const newLog = (): string => {
  const own = `${folder}/${++count}`;
  mkdirSync(own);
  return `${own}/a.log`;
};
const identityOf = (pid: number) => ({ pid, startTime: statOf(pid).startTime });
const read = (file: string): string => readFileSync(file, 'utf8');

/** A real log pipe. */
async function startWriter(log: string) {
  const child = spawn('sh', ['-c', 'exec cat >>"$1"', 'sh', log], { stdio: ['pipe', 'ignore', 'ignore'] });
  await until('cat runs', () => statOf(child.pid as number).comm === 'cat');
  return { child, writer: identityOf(child.pid as number) };
}

describe('rotateLog', () => {
  it('keeps only the newest part of a log that is far too large, and says what it left out', async () => {
    const log = newLog();
    const old = 'old\n'.repeat(10 * 2 ** 20);
    writeFileSync(log, `${old}${'new\n'.repeat(25)}`);
    expect(await rotateLog({ logPath: log, keep: 2, maxBytes: 100, writer: null })).toBe('rotated');
    const [note, ...kept] = read(`${log}.1`).split('\n');
    expect(note).toBe('[muxward: 41943040 bytes left out here: they came faster than logs are rotated]');
    expect(kept.join('\n')).toBe('new\n'.repeat(25));
    expect(statSync(log).size).toBe(0);
    expect(statSync(`${log}.1`).mode & 0o777).toBe(0o600);
  });

  it('loses and doubles no byte under a flood', async () => {
    const log = newLog();
    const { child, writer } = await startWriter(log);
    let sent = '';
    let line = 0;
    const flooding = new AbortController();
    const flood = (async () => {
      while (!flooding.signal.aborted) {
        let piece = '';
        while (piece.length < 30_000) piece += `line ${++line}\n`;
        sent += piece;
        if (!child.stdin.write(piece)) await once(child.stdin, 'drain');
        else await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const rotations = 12;
    for (let n = 1; n <= rotations; n += 1) {
      await until('there is something to rotate', () => statSync(log).size > 50_000);
      expect(await rotateLog({ logPath: log, keep: 20, writer })).toBe('rotated');
      expect(statOf(writer.pid).state).not.toBe('T');
    }
    flooding.abort();
    await flood;
    child.stdin.end();
    await once(child, 'exit');
    const pieces = Array.from({ length: rotations }, (_, n) => read(`${log}.${rotations - n}`));
    expect(pieces.every((piece) => piece.length > 0)).toBe(true);
    const got = pieces.join('') + read(log);
    expect(got.length).toBe(sent.length);
    expect(got === sent).toBe(true);
  });

  it('keeps as many as it is told to, newest first', async () => {
    const log = newLog();
    for (const text of ['one', 'two', 'three', 'four']) {
      writeFileSync(log, text, { mode: 0o644 });
      expect(await rotateLog({ logPath: log, keep: 2, writer: null })).toBe('rotated');
    }
    expect(readdirSync(path.dirname(log)).toSorted()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    expect([read(log), read(`${log}.1`), read(`${log}.2`)]).toEqual(['', 'four', 'three']);
    expect(statSync(`${log}.1`).mode & 0o777).toBe(0o600);
  });

  it('keeps none where none is wanted', async () => {
    const log = newLog();
    writeFileSync(log, 'one');
    expect(await rotateLog({ logPath: log, keep: 0, writer: null })).toBe('rotated');
    expect(readdirSync(path.dirname(log))).toEqual(['a.log']);
  });

  it('says so where there is no log', async () => {
    expect(await rotateLog({ logPath: newLog(), keep: 2, writer: null })).toBe('no-log');
  });

  it('leaves alone a process that only has the pid of the writer', async () => {
    const log = newLog();
    writeFileSync(log, 'one');
    const { pid } = start('sleep', ['1000']);
    process.kill(pid, 'SIGSTOP');
    await until('it is stopped', () => statOf(pid).state === 'T');
    const writer = { pid, startTime: statOf(pid).startTime + 1 };
    expect(await rotateLog({ logPath: log, keep: 2, writer })).toBe('rotated');
    expect(statOf(pid).state).toBe('T');
  });

  it('leaves the log as it is where it cannot be rotated, and lets the writer go on', async () => {
    const log = newLog();
    const { child, writer } = await startWriter(log);
    child.stdin.write('before\n');
    await until('it is written', () => read(log) === 'before\n');
    mkdirSync(`${log}.1/in-the-way`, { recursive: true });
    await expect(rotateLog({ logPath: log, keep: 1, writer })).rejects.toThrow(
      `cannot rotate the log ${log}`,
    );
    child.stdin.end('after\n');
    await once(child, 'exit');
    expect(read(log)).toBe('before\nafter\n');
    expect(existsSync(`${log}.tmp`)).toBe(false);
  });
});

describe('resumeWriter', () => {
  it('wakes a writer that was left stopped, and nothing else', async () => {
    const { child, writer } = await startWriter(newLog());
    expect(resumeWriter(writer)).toBe('not-stopped');
    process.kill(writer.pid, 'SIGSTOP');
    await until('it is stopped', () => statOf(writer.pid).state === 'T');
    expect(resumeWriter({ ...writer, startTime: writer.startTime + 1 })).toBe('not-stopped');
    expect(statOf(writer.pid).state).toBe('T');
    expect(resumeWriter(writer)).toBe('resumed');
    child.stdin.end();
    await once(child, 'exit');
  });
});
