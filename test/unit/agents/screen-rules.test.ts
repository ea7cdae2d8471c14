// Screens that the programs really showed, in test/data/screens: the cursor and the title, and the lines with their
// attributes. Codex 0.171.0, Gemini CLI 0.61.0 and aider 0.86.3.dev talked to a server that only pretends to be a model.
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
  const [, column, row, title = ''] = /^(\d+) (\d+) (.*)$/.exec(state) ?? [];
  return { lines, cursor: { column: Number(column), row: Number(row) }, title };
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
  ['codex', 'codex-idle', 'working', 'idle'],
  ['codex', 'codex-draft', 'working', 'idle'],
  ['codex', 'codex-draft-numbered', 'unknown', 'idle'],
  ['codex', 'codex-denied', 'working', 'idle'],
  ['codex', 'codex-interrupted', 'working', 'idle'],
  ['codex', 'codex-error', 'working', 'idle'],
  ['codex', 'codex-working', 'working: slow 12', 'working: slow 12'],
  ['codex', 'codex-streaming', 'working: slow 12', 'working: slow 12'],
  ['gemini', 'gemini-idle', 'working', 'idle'],
  ['gemini', 'gemini-idle-unfocused', 'working', 'idle'],
  ['gemini', 'gemini-draft', 'working', 'idle'],
  ['gemini', 'gemini-draft-unfocused', 'working', 'idle'],
  ['gemini', 'gemini-denied', 'working', 'idle'],
  ['gemini', 'gemini-interrupted', 'working', 'idle'],
  ['gemini', 'gemini-error', 'working', 'idle'],
  ['gemini', 'gemini-working', 'working: Thinking...', 'working: Thinking...'],
  ['gemini', 'gemini-working-unfocused', 'working: Thinking...', 'working: Thinking...'],
  ['gemini', 'gemini-streaming', 'working: Thinking...', 'working: Thinking...'],
  ['aider', 'aider-idle', 'idle', 'idle'],
  ['aider', 'aider-draft', 'working', 'idle'],
  ['aider', 'aider-interrupted', 'idle', 'idle'],
  ['aider', 'aider-error', 'idle', 'idle'],
  ['aider', 'aider-working', 'working: Waiting for openai/gpt-4o', 'working: Waiting for openai/gpt-4o'],
  ['aider', 'aider-streaming', 'working', 'working'],
  ['aider', 'aider-gitignore', 'working', 'waiting: Add .aider* to .gitignore (recommended)? (Y)es/(N)o [Yes]:'],
  ['aider', 'aider-permission', 'working', "waiting: Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]:"],
  ['aider', 'aider-permission-file', 'working', 'waiting: Allow edits to file that has not been added to the chat? (Y)es/(N)o [Yes]:'],
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

// Dialogs draw themselves again and again, so they are told at once.
test.each([
  ['codex', 'codex-sign-in', 'Choose how you want to use Codex', 'Enter'],
  ['codex', 'codex-trust', 'Trust this folder?', 'Enter'],
  ['codex', 'codex-permission', 'Would you like to run the following command?', 'y'],
  ['codex', 'codex-permission-wide', 'Would you like to run the following command?', 'y'],
  ['codex', 'codex-permission-edit', 'Would you like to make the following edits?', 'y'],
  ['codex', 'codex-question', 'a question with choices', 'Enter'],
  ['gemini', 'gemini-trust', 'Do you trust the files in this folder?', '1'],
  ['gemini', 'gemini-auth', 'How would you like to authenticate for this project?', '1'],
  ['gemini', 'gemini-key', 'Enter Gemini API Key', 'Enter'],
  ['gemini', 'gemini-permission', 'Allow execution of [Shell]?', '1'],
  ['gemini', 'gemini-permission-unfocused', 'Allow execution of [Shell]?', '1'],
  ['gemini', 'gemini-permission-edit', 'Apply this change?', '1'],
  ['gemini', 'gemini-question', 'Which colour shall it be?', '1'],
])('%s: %s asks "%s", and %s allows it', (type, screen, question, allow) => {
  const look = recorded(screen);
  expect([told(type, look, false), told(type, look, true)]).toEqual([`waiting: ${question}`, `waiting: ${question}`]);
  expect(loadTerminal(SHIPPED, type)?.answerKeys?.(look)).toEqual({ allow: [allow], deny: ['Escape'] });
});

// Answers that quote what these programs show when they work or ask, with the title and where it is switched off.
test.each([
  ['codex', 'codex-idle-lookalike'],
  ['codex', 'codex-idle-lookalike-end'],
  ['codex', 'codex-idle-lookalike-one'],
  ['codex', 'codex-draft-lookalike'],
  ['gemini', 'gemini-idle-lookalike'],
  ['gemini', 'gemini-idle-lookalike-end'],
  ['gemini', 'gemini-idle-lookalike-unfocused'],
  ['aider', 'aider-idle-lookalike'],
  ['aider', 'aider-idle-lookalike-end'],
])('%s: what is only quoted is not believed: %s is idle', (type, screen) => {
  const look = recorded(screen);
  for (const title of [look.title, '']) {
    expect(told(type, { ...look, title }, true)).toBe('idle');
    expect(told(type, { ...look, title }, false)).not.toContain('waiting');
    expect(loadTerminal(SHIPPED, type)?.answerKeys?.({ ...look, title })).toBeNull();
  }
});

test.each([
  ['codex', 'codex-working', 'working: Working'],
  ['codex', 'codex-working-wide', 'working: Working'],
  ['codex', 'codex-permission', 'waiting: Would you like to run the following command?'],
  ['gemini', 'gemini-working', 'working: Thinking...'],
  ['gemini', 'gemini-permission', 'waiting: Allow execution of [Shell]?'],
  ['gemini', 'gemini-idle', 'idle'],
])('%s: %s is "%s" also where the title is switched off', (type, screen, expected) => {
  expect(told(type, { ...recorded(screen), title: '' }, true)).toBe(expected);
});

const described = (...lines: string[]): TerminalLook => ({ lines, cursor: { column: 2, row: lines.length - 1 }, title: '' });

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
    ['interrupt: Escape', 4, 'interrupt'],
    ['  - {state: idle, line: x, answers: {allow: [y]}}', 4, 'has answers, but asks nothing'],
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
