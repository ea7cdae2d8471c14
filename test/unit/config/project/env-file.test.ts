import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readEnvFile } from '../../../../src/config/project/env-file.ts';
import { writeFiles } from '../write-files.ts';

const read = (text: string) => readEnvFile(path.join(writeFiles({ e: text }), 'e'));

describe('readEnvFile', () => {
  test('reads what dotenv reads', () => {
    expect(read('# c\n\nA=1\nexport B = two # c\nC=\'a # b\'\nD="x\\ny"\nE="over\nlines"\nF=\nG: 7\r\nH.x=1\n')).toEqual({
      kind: 'read',
      values: { A: '1', B: 'two', C: 'a # b', D: 'x\ny', E: 'over\nlines', F: '', G: '7', 'H.x': '1' },
    });
  });

  test.each([
    ['A=1\nnonsense\n', 2],
    ['A="over\nlines"\n\n= x', 4],
    ['A=1\n  - b: c', 2],
  ])('says which line of %j is none', (text, line) => {
    expect(read(text)).toEqual({ kind: 'malformed', line });
  });

  test('a missing file, and one that is a folder', () => {
    expect(readEnvFile('/nowhere/e')).toEqual({ kind: 'missing' });
    expect(readEnvFile('/')).toEqual({ kind: 'unreadable', code: 'EISDIR' });
  });
});
