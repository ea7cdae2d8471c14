// Screens that Claude Code 2.1.329 really showed, in test/data/inputs: 120 columns, 40 rows, with their attributes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readInput, type InputView } from '../../../../src/agents/claude/input-box.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../../data/inputs');

const IDLE = '✳ Claude Code';
const BUSY = '◐ coder';

function read(screen: string, column: number, row: number, title = IDLE): InputView {
  const lines = readFileSync(path.join(FOLDER, `${screen}.txt`), 'utf8').split('\n');
  return readInput({ lines, cursor: { column, row }, title });
}

describe('the input box', () => {
  const EMPTY = { kind: 'box', mode: 'prompt', text: '', isCut: false, isStashed: false, isBusy: false };

  test.each([
    ['fresh', 2, IDLE, EMPTY],
    ['draft', 7, IDLE, { ...EMPTY, text: 'hello' }],
    ['draft-lines', 8, IDLE, { ...EMPTY, text: 'hello\nsecond line\n\nfourth' }],
    ['stashed', 2, IDLE, { ...EMPTY, isStashed: true }],
    ['shell-draft', 9, IDLE, { ...EMPTY, mode: 'shell', text: 'echo hi', isStashed: true }],
    ['busy', 2, BUSY, { ...EMPTY, isBusy: true }],
    // What stands there is only a suggestion of what to do.
    ['busy-queued', 2, BUSY, { ...EMPTY, isBusy: true }],
    ['at-menu', 3, IDLE, { ...EMPTY, text: '@' }],
  ])('%s', (screen, column, title, expected) => {
    expect(read(screen, column, 37, title)).toEqual(expected);
  });

  test('a picture of a box without the cursor in it is none', () => {
    expect(read('draft', 0, 39).kind).toBe('elsewhere');
  });

  test('a screen with nothing on it is blank', () => {
    expect(readInput({ lines: ['', '  ', ''], cursor: { column: 0, row: 0 }, title: '' })).toEqual({ kind: 'blank' });
  });
});

describe('what is no input box', () => {
  test.each([
    ['permission-bash', 1, 22, IDLE, 'Do you want to proceed?'],
    ['question', 0, 16, IDLE, 'Which colour?'],
    ['plan-exit', 4, 37, IDLE, 'Exit plan mode?'],
    ['menu-model', 2, 30, IDLE, 'Esc to cancel'],
    ['search', 6, 36, IDLE, 'Enter to use'],
    ['transcript', 0, 39, IDLE, 'Showing detailed transcript'],
    // It has a box of the same looks, which starts further sessions.
    ['agents-view', 2, 37, '1 awaiting input · claude agents', 'space to reply'],
  ])('%s is told by what it shows', (screen, column, row, title, shown) => {
    expect(read(screen, column, row, title)).toEqual({ kind: 'elsewhere', shows: expect.stringContaining(shown) });
  });
});
