import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makePrivateFolder } from '../../../src/config/private-folder.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { temporaryFolder } from '../system/temp-folder.ts';

const folder = temporaryFolder('private');
const isRoot = process.getuid?.() === 0;
const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

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

  it('is made by several at once', async () => {
    const module = JSON.stringify(path.resolve('src/config/private-folder.ts'));
    const code = `const { makePrivateFolder } = await import(${module});
      const [base, from] = process.argv.slice(1);
      while (Date.now() < Number(from));
      for (let n = 0; n < 200; n += 1) makePrivateFolder(base + '/' + n + '/a/b/c');`;
    const from = String(Date.now() + 700);
    const makers = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', code, `${folder}/many`, from], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const ends = await Promise.all(makers.map((maker) => once(maker, 'exit')));
    expect(ends.map(([status]) => status as unknown)).toEqual([0, 0, 0, 0]);
  });
});
