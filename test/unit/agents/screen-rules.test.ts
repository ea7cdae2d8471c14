// Screens that Python 3.11, dash and bash really showed, in test/data/screens: the cursor, and the lines with their
// attributes. Those of Codex, Gemini and aider are only described here: nobody had the programs.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadTerminal } from '../../../src/agents/terminal.ts';
import { terminalFolders } from '../../../src/config/terminals/terminal-folders.ts';
import type { TerminalLook } from '../../../src/agents/styled-screen.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const SHIPPED = terminalFolders('/nowhere', ROOT);

function recorded(screen: string): TerminalLook {
  const [state = '', ...lines] = readFileSync(path.join(ROOT, 'test/data/screens', `${screen}.txt`), 'utf8').split('\n');
  const [column, row] = state.split(' ').map(Number);
  return { lines, cursor: { column: column ?? 0, row: row ?? 0 }, title: '' };
}

/** `status: detail`. */
function told(type: string, look: TerminalLook, isQuiet: boolean, folders = SHIPPED): string {
  const found = loadTerminal(folders, type)?.readScreen?.(look, isQuiet);
  return found ? [found.status, found.detail].filter((part) => part !== null).join(': ') : 'nothing';
}

test.each([
  ['python', 'python-idle', 'idle', 'idle'],
  ['python', 'python-continuation', 'idle', 'idle'],
  ['python', 'python-draft', 'working', 'idle'],
  ['python', 'python-working', 'working', 'working'],
  ['python', 'python-question', 'working', 'waiting: Delete all 3 files? [y/N]'],
  ['python', 'python-pdb', 'waiting: (Pdb)', 'waiting: (Pdb)'],
  ['shell', 'dash-idle', 'idle', 'idle'],
  ['shell', 'dash-draft', 'working', 'idle'],
  ['shell', 'dash-working', 'working', 'working'],
  ['shell', 'dash-question', 'working', "waiting: cp: overwrite 'b'?"],
  ['shell', 'bash-idle', 'idle', 'idle'],
  ['shell', 'bash-question', 'working', 'waiting: Password:'],
  ['shell', 'bash-progress', 'working', 'working'],
])('%s: %s is %s while it prints, and %s when it stands still', (type, screen, printing, still) => {
  expect([told(type, recorded(screen), false), told(type, recorded(screen), true)]).toEqual([printing, still]);
});

test('the evidence names the rule, and the line is told', () => {
  expect(loadTerminal(SHIPPED, 'python')?.readScreen?.(recorded('python-question'), true)).toEqual({
    status: 'waiting',
    detail: 'Delete all 3 files? [y/N]',
    evidence: 'screen: rule 4 of python (cursor /[?:\\]>]$/)',
    line: 'Delete all 3 files? [y/N]',
  });
});

const described = (...lines: string[]): TerminalLook => ({ lines, cursor: { column: 2, row: lines.length - 1 }, title: '' });

test.each([
  ['codex', described('• Ran ls', '• Working (12s • esc to interrupt)', '', '› Explain this codebase', '  gpt-5 · 99% left'), 'working: Working'],
  ['codex', described('  Would you like to run the following command?', '  $ make', '› 1. Yes, proceed (y)', '  2. No', '  Press enter to confirm or esc to cancel'), 'waiting: Would you like to run the following command?'],
  ['codex', described('• Done.', '', '› Explain this codebase', '', '  ? for shortcuts'), 'idle'],
  ['gemini', described('⠏ Reading the docs (esc to cancel, 12s)', '╭────╮', '│ > Type your message or @path/to/file │', '╰────╯'), 'working: ⠏ Reading the docs'],
  ['gemini', described('│ Allow execution of: ls? │', '│ ● 1. Yes, allow once │', '⠏ Waiting for user confirmation...'), 'waiting: Allow execution of: ls?'],
  ['gemini', described('╭────╮', '│ > Type your message or @path/to/file │', '╰────╯'), 'idle'],
  ['aider', described('Create new file? (Y)es/(N)o [Yes]:'), 'waiting: Create new file? (Y)es/(N)o [Yes]:'],
  ['aider', described('> hello', 'Waiting for gpt-4o'), 'working: Waiting for gpt-4o'],
  ['aider', described('Tokens: 1k sent', '> '), 'idle'],
])('%s, as described, is %#', (type, look, expected) => {
  expect(told(type, look, true)).toBe(expected);
});

describe('a template that is wrong', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'muxward-unit-'));
  const folders = terminalFolders(home, ROOT);
  mkdirSync(path.join(home, 'terminals'));
  const write = (rules: string): void => {
    writeFileSync(path.join(home, 'terminals/mine.yaml'), `summary: mine\ncommand: [mine]\nscreen:\n${rules}\n`);
  };

  afterAll(() => rmSync(home, { recursive: true }));

  test.each([
    ["  - {state: busy, line: 'x'}", 4, 'screen[0].state: "busy" is not known'],
    ["  - {state: idle, line: 'x'}\n  - {state: idle, line: '('}", 5, 'screen[1].line: "(" is no regular expression'],
    ['  - {state: idle}', 4, 'says nowhere to look'],
    ["  - {state: idle, line: x, title: x}", 4, 'looks in two places'],
    ["  - {state: idle, title: x, within: 3}", 4, 'has within'],
    ["  - {state: idle, lien: x}", 4, 'unknown key "lien"'],
    ['prompt: loud', 4, 'prompt: "loud" is not known'],
    [' - [', 5, 'mine.yaml'],
    ['answers: {allow: y}', 4, 'answers.allow'],
  ])('%s is refused at its line', (rules, line, message) => {
    write(rules);
    expect(() => loadTerminal(folders, 'mine')).toThrow(expect.objectContaining({ code: 'invalid-config' }));
    expect(() => loadTerminal(folders, 'mine')).toThrow(message);
    expect(() => loadTerminal(folders, 'mine')).toThrow(new RegExp(`mine\\.yaml:${line}:`));
  });

  test('the first rule that fits decides, the lowest of the last lines is told, and titles are read', () => {
    write("  - {state: waiting, title: '^ask (.*)'}\n  - {state: working, line: 'step (\\d+)', within: 2}");
    const look = described('step 1', 'step 2', '', 'and so on');
    expect(told('mine', look, true, folders)).toBe('working: 2');
    expect(told('mine', { ...look, title: 'ask me' }, true, folders)).toBe('waiting: me');
    expect(told('mine', described('step 1', 'a', 'b'), true, folders)).toBe('unknown');
  });
});
