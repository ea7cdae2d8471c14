import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFollower } from '../../../src/cli/logs/log-follower.ts';
import { identityOf } from '../../../src/cli/logs/log-pieces.ts';

let folder: string;
let log: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? os.tmpdir(), 'muxward-follow-'));
  log = path.join(folder, 'web.log');
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The steps of the daemon's rotation, so that a reader can be let in between any two of them. */
const STEPS: readonly ((keep: number) => void)[] = [
  (keep) => {
    fs.rmSync(`${log}.${keep}`, { force: true });
    for (let n = keep - 1; n >= 1; n -= 1) if (fs.existsSync(`${log}.${n}`)) fs.renameSync(`${log}.${n}`, `${log}.${n + 1}`);
  },
  () => fs.copyFileSync(log, path.join(folder, 'copy.tmp')),
  () => fs.renameSync(path.join(folder, 'copy.tmp'), `${log}.1`),
  () => fs.truncateSync(log, 0),
];

function rotate(keep = 5, between: () => void = () => undefined): void {
  for (const step of STEPS) {
    step(keep);
    between();
  }
}

function readAll(follower: LogFollower): string {
  return Buffer.concat([...follower.read()]).toString();
}

const fromStart = (onLoss?: () => void): LogFollower => new LogFollower(log, { offset: 0, newest: null }, onLoss);

describe('following a log', () => {
  it('gives what is added, once', () => {
    const follower = fromStart();
    expect(readAll(follower)).toBe('');
    fs.appendFileSync(log, 'one\n');
    expect(readAll(follower)).toBe('one\n');
    fs.appendFileSync(log, 'two\n');
    expect(readAll(follower)).toBe('two\n');
    expect(readAll(follower)).toBe('');
  });

  it('finishes the old file after a rotation, then goes on in the new one', () => {
    const follower = fromStart();
    fs.appendFileSync(log, 'a\n');
    expect(readAll(follower)).toBe('a\n');
    fs.appendFileSync(log, 'b\n');
    rotate();
    fs.appendFileSync(log, 'c\n');
    expect(readAll(follower)).toBe('b\nc\n');
  });

  it('walks several rotations between two looks', () => {
    const follower = fromStart();
    fs.appendFileSync(log, 'a\n');
    readAll(follower);
    for (const line of ['b\n', 'c\n', 'd\n']) {
      fs.appendFileSync(log, line);
      rotate();
    }
    fs.appendFileSync(log, 'e\n');
    expect(readAll(follower)).toBe('b\nc\nd\ne\n');
  });

  it('finds its place, even where the inode is used again, when the file it knew has gone beyond the last number', () => {
    const losses: string[] = [];
    fs.writeFileSync(log, 'old\n');
    rotate(2);
    const follower = new LogFollower(log, { offset: 0, newest: identityOf(fs.statSync(`${log}.1`, { bigint: true })) }, () => losses.push('lost'));
    for (const line of ['b\n', 'c\n']) {
      fs.appendFileSync(log, line);
      rotate(2);
    }
    expect(readAll(follower)).toBe('b\nc\n');
    expect(losses).toEqual([]);
  });

  it('says so when rotation took away what it had not read', () => {
    const losses: string[] = [];
    const follower = fromStart(() => losses.push('lost'));
    fs.appendFileSync(log, 'a first line, long enough to be told from others\n');
    readAll(follower);
    for (const line of ['b\n', 'c\n', 'd\n']) {
      fs.appendFileSync(log, line);
      rotate(2);
    }
    expect(readAll(follower)).toBe('c\nd\n');
    expect(losses).toEqual(['lost']);
  });

  it('goes on at the beginning when somebody else emptied the file', () => {
    const follower = fromStart();
    fs.appendFileSync(log, 'a long line\n');
    readAll(follower);
    fs.truncateSync(log, 0);
    expect(readAll(follower)).toBe('');
    fs.appendFileSync(log, 'b\n');
    expect(readAll(follower)).toBe('b\n');
  });

  it('loses and doubles nothing, wherever it looks between writing and the steps of rotation', () => {
    const script = fc.array(fc.oneof(fc.constant('write'), fc.constant('look'), fc.constant('rotate'), fc.constant('rotate-watched')), { maxLength: 40 });
    fc.assert(
      fc.property(script, fc.boolean(), (steps, alike) => {
        for (const file of fs.readdirSync(folder)) fs.rmSync(path.join(folder, file));
        fs.writeFileSync(log, '');
        const follower = fromStart();
        let written = '';
        let read = '';
        const look = (): void => void (read += readAll(follower));
        for (const [index, step] of steps.entries()) {
          if (step === 'write') {
            const line = alike ? 'y\n' : `line ${index}\n`;
            fs.appendFileSync(log, line);
            written += line;
          } else if (step === 'look') look();
          else rotate(50, step === 'rotate-watched' ? look : undefined);
        }
        look();
        // Within one tick of the file system's clock an emptied file may still be taken for the copied one.
        for (let tries = 0; read.length < written.length && tries < 500; tries += 1) {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
          look();
        }
        expect(read).toBe(written);
      }),
      { numRuns: 300 },
    );
  });
});
