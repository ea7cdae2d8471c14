import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { failureOf } from '../../helpers/failure-of.ts';
import { makePrivateFolder } from '../../../src/config/private-folder.ts';
import { removeUnfinished, writePrivateFile } from '../../../src/system/secure-files.ts';
import { until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('secure');
const isRoot = process.getuid?.() === 0;
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

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

  it('leaves a file behind where its process is killed in the middle, which is removed later, and nothing else with it', async () => {
    const own = `${folder}/killed`;
    makePrivateFolder(own);
    for (const name of ['f', 'notes.tmp', 'a.b.json']) writeFileSync(`${own}/${name}`, 'old');
    const program = `const { writePrivateFile } = await import(${JSON.stringify(path.resolve('src/system/secure-files.ts'))}); for (;;) writePrivateFile(${JSON.stringify(`${own}/f`)}, Buffer.alloc(2e8), { fsync: true });`;
    const writer = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    const unfinished = (): string[] => readdirSync(own).filter((name) => /^f\..*\.tmp$/.test(name));
    await until('it writes', () => unfinished().length > 0);
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const left = unfinished();
    removeUnfinished(own);
    expect([left.length, readdirSync(own).toSorted()]).toEqual([1, ['a.b.json', 'f', 'notes.tmp']]);
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
