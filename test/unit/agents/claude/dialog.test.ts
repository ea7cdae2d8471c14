// On the same recorded screens as input-box.test.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { keyFor, readDialog } from '../../../../src/agents/claude/dialog.ts';
import type { TerminalLook } from '../../../../src/agents/styled-screen.ts';
import { failureOf } from '../../../helpers/failure-of.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../data/inputs');
const look = (screen: string, column: number, row: number): TerminalLook => ({
  lines: readFileSync(path.join(FOLDER, `${screen}.txt`), 'utf8').split('\n'),
  cursor: { column, row },
  title: '✳ Claude Code',
});

test('the choices of a menu, and the keys that choose them', () => {
  const menu = look('menu-model', 2, 30);
  expect(readDialog(menu)?.asks[0]?.options.map((label) => label.split(' ')[0])).toEqual(['Default', 'Opus', 'Fable', 'Sonnet', 'Haiku']);
  expect(keyFor(menu, '4')).toBe('4');
  expect(failureOf(() => keyFor(menu, '9'))).toMatchObject({ code: 'usage', hint: expect.stringContaining('1. Default') });
});

test('allow and deny are what begins with Yes and No', () => {
  const permission = look('permission-bash', 1, 22);
  expect([keyFor(permission, 'allow'), keyFor(permission, 'deny')]).toEqual(['1', '4']);
});

test('an input box is no dialog', () => {
  expect(readDialog(look('draft', 7, 37))).toBeNull();
});
