import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { substitute, type Variables } from '../../../../src/config/project/substitute.ts';

function variables(values: Readonly<Record<string, string>>): Variables {
  return { get: (name) => (Object.hasOwn(values, name) ? values[name] : undefined), names: () => Object.keys(values) };
}

const filled = (text: string, values: Readonly<Record<string, string>> = {}): string => substitute(text, variables(values)).text;
const faults = (text: string, values: Readonly<Record<string, string>> = {}): string[] =>
  substitute(text, variables(values)).problems.map(({ message, hint }) => `${message} (${hint})`);

describe('substitute', () => {
  test.each([
    ['${A}', 'one'],
    ['x${A}y${A}', 'xoneyone'],
    ['${E}', ''],
    ['${A:-d}', 'one'],
    ['${E:-d}', 'd'],
    ['${E-d}', ''],
    ['${U:-d}', 'd'],
    ['${U-d}', 'd'],
    ['${U:-}', ''],
    ['${U:-${A}}', 'one'],
    ['${U:-${V:-deep}}', 'deep'],
    ['${U:-a}b}', 'ab}'],
    ['${U:-$$x}', '$x'],
    ['${A:+yes}', 'yes'],
    ['${E:+yes}', ''],
    ['${E+yes}', 'yes'],
    ['${U+yes}', ''],
    ['${A:?needed}', 'one'],
    ['${E?needed}', ''],
    ['$$', '$'],
    ['$$$$', '$$'],
    ['$${A}', '${A}'],
    ['$$$${A}', '$${A}'],
    ['$A and $(date) and 5$', '$A and $(date) and 5$'],
  ])('%s is %s', (text, expected) => {
    expect(substitute(text, variables({ A: 'one', E: '' }))).toEqual({ text: expected, problems: [] });
  });

  test('what a variable holds is not filled in again', () => {
    expect(filled('${A}', { A: '${B}$$', B: 'no' })).toBe('${B}$$');
  });

  test('what is wrong is named, with what to do', () => {
    expect(faults('${PORRT} ${X:?give a token} ${Y:?} ${1A} ${A#b} ${open', { PORT: '1' })).toMatchInlineSnapshot(`
      [
        "the variable PORRT is not set (did you mean PORT? set PORRT under variables:, in the environment, or in .env beside the file, or give a default: \${PORRT:-…}; $\${PORRT} is left to the shell)",
        "the variable X is needed: give a token (set X under variables:, in the environment, or in .env beside the file)",
        "the variable Y is needed (set Y under variables:, in the environment, or in .env beside the file)",
        "\${1A} is no variable (\${NAME}, \${NAME:-default} or \${NAME:?message}; $\${1A} is left to the shell)",
        "\${A#b} is no variable (\${NAME}, \${NAME:-default} or \${NAME:?message}; $\${A#b} is left to the shell)",
        ""\${open" lacks its closing } (write $$ for a dollar sign that shall stay)",
      ]
    `);
  });

  test('a default that is not needed is not looked at', () => {
    expect(faults('${A:-${NOWHERE}}', { A: 'x' })).toEqual([]);
  });

  test('any text comes through unchanged when its dollar signs are doubled', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(filled(text.replaceAll('$', '$$$$'))).toBe(text);
      }),
    );
  });

  test('any value arrives as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(filled('<${V}>', { V: value })).toBe(`<${value}>`);
      }),
    );
  });

  test('no text makes it fail', () => {
    const pieces = fc.array(fc.constantFrom('$', '{', '}', '$$', '${', ':-', ':?', 'A', ' ', '+'), { maxLength: 30 });
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(filled(parts.join(''), { A: '1' })).toBeTypeOf('string');
      }),
    );
  });
});
