import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { MuxwardError } from '../../../src/core/errors.ts';
import { makePrivateFolder } from '../../../src/config/private-folder.ts';
import { writePrivateFile } from '../../../src/system/secure-files.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('secure');
const isRoot = process.getuid?.() === 0;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

function failureOf(act: () => void): MuxwardError {
  try {
    act();
  } catch (error) {
    if (error instanceof MuxwardError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('makePrivateFolder', () => {
  it('makes it with all above it, whatever the umask', () => {
    const before = process.umask(0);
    try {
      makePrivateFolder(`${folder}/a/b/c`);
    } finally {
      process.umask(before);
    }
    expect([modeOf(`${folder}/a`), modeOf(`${folder}/a/b/c`)]).toEqual(['700', '700']);
    makePrivateFolder(`${folder}/a/b/c`);
  });

  it('sets a mode right that is too open', () => {
    mkdirSync(`${folder}/open`);
    chmodSync(`${folder}/open`, 0o777);
    makePrivateFolder(`${folder}/open`);
    expect(modeOf(`${folder}/open`)).toBe('700');
  });

  it('names what is in the way', () => {
    writeFileSync(`${folder}/file`, '');
    expect(failureOf(() => makePrivateFolder(`${folder}/file`))).toMatchObject({
      code: 'storage',
      message: `cannot make the folder ${folder}/file: something else is there`,
    });
    expect(failureOf(() => makePrivateFolder(`${folder}/file/x`)).message).toContain(
      'a part of its path is no folder',
    );
  });

  it.skipIf(!isRoot)(
    'refuses the folder of another user, also through a link that one laid (needs root)',
    () => {
      mkdirSync(`${folder}/theirs`, { mode: 0o755 });
      chownSync(`${folder}/theirs`, 12_345, 12_345);
      symlinkSync(`${folder}/theirs`, `${folder}/link`);
      for (const path of [`${folder}/theirs`, `${folder}/link`]) {
        const error = failureOf(() => makePrivateFolder(path));
        expect(error).toMatchObject({
          code: 'storage',
          message: `the folder ${path} belongs to another user`,
        });
        expect(error.hint).toContain('MUXWARD_HOME');
      }
      expect(modeOf(`${folder}/theirs`)).toBe('755');
    },
  );
});

describe('writePrivateFile', () => {
  it('writes for the owner alone, replaces, and leaves nothing else behind', () => {
    makePrivateFolder(`${folder}/w`);
    writeFileSync(`${folder}/w/f`, 'old', { mode: 0o644 });
    writePrivateFile(`${folder}/w/f`, 'new ü', { fsync: true });
    writePrivateFile(`${folder}/w/g`, Buffer.from([0, 255]));
    expect(readFileSync(`${folder}/w/f`, 'utf8')).toBe('new ü');
    expect([modeOf(`${folder}/w/f`), modeOf(`${folder}/w/g`)]).toEqual(['600', '600']);
    expect(readdirSync(`${folder}/w`)).toEqual(['f', 'g']);
  });

  it('names the path and the reason', () => {
    mkdirSync(`${folder}/taken/x`, { recursive: true });
    expect(failureOf(() => writePrivateFile(`${folder}/taken`, '')).message).toBe(
      `cannot write ${folder}/taken: a folder is there`,
    );
    expect(failureOf(() => writePrivateFile(`${folder}/none/f`, '')).message).toContain('its folder is gone');
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe.skipIf(!isRoot)('on a disk of 64 kB (needs root and mount)', () => {
  const disk = `${folder}/disk`;
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'none', disk]);
  afterAll(() => void execFileSync('umount', [disk]));

  it('keeps the old file when the disk is full', () => {
    writePrivateFile(`${disk}/f`, 'old');
    const error = failureOf(() => writePrivateFile(`${disk}/f`, 'x'.repeat(100_000)));
    expect(error).toMatchObject({ code: 'storage', message: `cannot write ${disk}/f: the disk is full` });
    expect(error.hint).toContain('free some space');
    expect(readFileSync(`${disk}/f`, 'utf8')).toBe('old');
    expect(readdirSync(disk)).toEqual(['f']);
  });

  it('says so when it is read-only', () => {
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(failureOf(() => writePrivateFile(`${disk}/f`, 'x')).message).toContain(
      'the file system is read-only',
    );
    expect(failureOf(() => makePrivateFolder(`${disk}/new`)).message).toContain(
      'the file system is read-only',
    );
    execFileSync('mount', ['-o', 'remount,rw', disk]);
  });
});
