import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { seal, unseal } from '../../../src/checkpoints/environment.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { temporaryFolder } from '../system/temp-folder.ts';

const home = (name: string): string => {
  const folder = path.join(temporaryFolder('sealed'), name);
  mkdirSync(folder);
  return folder;
};

describe('values of an environment', () => {
  const values = { TOKEN: 's3cret', EMPTY: '', LINES: 'a\nb="c"', ÜMLAUT: '👩‍👩‍👧', __proto__x: 'y' };

  it('are read again with the key of the home alone, whatever is in them', () => {
    const folder = home('a');
    const sealed = seal(folder, values);
    expect(unseal(folder, sealed)).toEqual(values);
    expect(sealed.includes('s3cret') || sealed.includes('TOKEN')).toBe(false);
    expect(statSync(path.join(folder, '.environment-key')).mode & 0o777).toBe(0o600);
  });

  it('are the same text for the same values, in whichever order, and another one for others', () => {
    const folder = home('b');
    const sealed = seal(folder, { A: '1', B: '2' });
    expect(seal(folder, { B: '2', A: '1' })).toEqual(sealed);
    const other = seal(folder, { A: '1', B: '3' });
    expect(other.subarray(0, 12)).not.toEqual(sealed.subarray(0, 12));
  });

  it('are refused where they were changed, or the key is another one or gone', () => {
    const folder = home('c');
    const sealed = seal(folder, values);
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(sealed.length - 1) ^ 1, sealed.length - 1);
    expect(failureOf(() => unseal(folder, changed))).toMatchObject({ code: 'refused' });
    const key = readFileSync(path.join(folder, '.environment-key'));
    rmSync(path.join(folder, '.environment-key'));
    expect(failureOf(() => unseal(folder, sealed)).message).toContain('the key to them is gone');
    seal(folder, values);
    expect(readFileSync(path.join(folder, '.environment-key'))).not.toEqual(key);
    expect(failureOf(() => unseal(folder, sealed)).message).toContain('another key');
  });
});
