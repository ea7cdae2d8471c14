import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MuxwardError } from '../../../src/core/errors.ts';
import { checkName, NAME_PATTERN, printable, suggest } from '../../../src/core/names.ts';

function refusalOf(name: string): MuxwardError {
  try {
    checkName(name);
  } catch (error) {
    if (error instanceof MuxwardError) return error;
  }
  throw new Error(`${name} was not refused as expected`);
}

describe('checkName', () => {
  it.each(['a', '0', 'coder', 'api-1', 'A_b-C', 'x'.repeat(63)])('takes %s', (name) => {
    expect(checkName(name)).toBe(name);
  });

  it.each([
    ['my.agent', 'my-agent'],
    ['a b', 'a-b'],
    ['größe', 'gro-e'],
    ['-x', 'x'],
    ['_x', 'x'],
    ['a:b/c', 'a-b-c'],
    ['é', 'e'],
    ['x'.repeat(64), 'x'.repeat(63)],
  ])('refuses %j and suggests %s', (name, better) => {
    const error = refusalOf(name);
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.hint).toContain(`for example ${better}`);
  });

  it.each(['', '日本', '...', '-'])('refuses %j, of which nothing is left to suggest', (name) => {
    expect(refusalOf(name).hint).not.toContain('for example');
  });

  it('suggests only what it would take, and shows no control characters', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        if (NAME_PATTERN.test(name)) return;
        const error = refusalOf(name);
        const better = /for example (.*)$/.exec(error.hint ?? '')?.[1];
        expect(better === undefined || checkName(better) === better).toBe(true);
        // oxlint-disable-next-line no-control-regex -- none must reach the user's terminal
        expect(error.message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it('takes no newline at the end', () => {
    expect(refusalOf('a\n').message).toBe('"a\\x0a" is no name for an agent');
  });
});

it('printable cuts what is long', () => {
  expect(printable('x'.repeat(80))).toBe('x'.repeat(80));
  expect(printable('x'.repeat(81))).toBe(`${'x'.repeat(77)}…`);
  expect(printable('a\u001b[31m\u009b\n')).toBe('a\\x1b[31m\\x9b\\x0a');
});

it('suggest finds slips of the finger and nothing else', () => {
  const known = ['coder', 'crawler', 'api-1', 'api-2'];
  expect(suggest('codr', known)).toBe('coder');
  expect(suggest('CRAWLER', known)).toBe('crawler');
  expect(suggest('crwaler', known)).toBe('crawler');
  expect(suggest('api-3', known)).toBe('api-1');
  expect(suggest('database', known)).toBeUndefined();
  expect(suggest('x', [])).toBeUndefined();
});
