import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { quote } from '../../../src/system/sh-quote.ts';

/** Also plain bytes 1 … 255 as characters, and what means something to a shell. */
const texts = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        '\n',
        ' ',
        '!',
        '*',
        '~',
        ';',
        '\t',
        '\u0001',
        '\u00ff',
        '-',
        '',
      ),
    }),
  )
  .filter((text) => !text.includes('\0') && text.isWellFormed());

it.each(['sh', 'bash'])('comes back byte for byte from a real %s', (shell) => {
  fc.assert(
    fc.property(fc.array(texts, { minLength: 1, maxLength: 30 }), (list) => {
      const script = `printf '%s\\0' ${list.map(quote).join(' ')}`;
      const back = execFileSync(shell, { input: script, env: { LC_ALL: 'C', PATH: process.env['PATH'] } });
      expect(back.equals(Buffer.from(list.map((text) => `${text}\0`).join('')))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('keeps a text of 120 kB', () => {
  const text = "it's\n".repeat(24_000);
  expect(execFileSync('sh', { input: `printf %s ${quote(text)}`, encoding: 'utf8' })).toBe(text);
});

it('refuses what no argument can hold', () => {
  expect(() => quote('a\0b')).toThrow('NUL');
  expect(() => quote('a\ud800b')).toThrow('Unicode');
});
