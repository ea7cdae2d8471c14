// What Claude Code 2.1.329 really showed before its first hook, in test/data/claude-start: 100 columns (once 60), 30 rows.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { keyFor, pointedAt, readDialog } from '../../../../src/agents/claude/dialog.ts';
import { startEnd } from '../../../../src/agents/claude/start-ends.ts';
import { loadStartScreens, startFinding } from '../../../../src/agents/claude/start-screens.ts';
import type { TerminalLook } from '../../../../src/agents/styled-screen.ts';
import { failureOf } from '../../../helpers/failure-of.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');

function recorded(screen: string): TerminalLook {
  const [state = '', ...lines] = readFileSync(path.join(ROOT, 'test/data/claude-start', `${screen}.txt`), 'utf8').split('\n');
  const [column, row] = state.split(' ').map(Number);
  return { lines, cursor: { column: column ?? 0, row: row ?? 0 }, title: '' };
}

const screens = await loadStartScreens(ROOT);

test.each([
  ['trust', 'do you trust this folder?', ['No, exit', 'Yes, I trust this folder'], 'Down', 'Enter'],
  ['trust-narrow', 'do you trust this folder?', ['No, exit', 'Yes, I trust this folder'], 'Down', 'Enter'],
  ['api-key', 'do you want to use the API key of the environment?', ['Yes', 'No (recommended)'], 'Up', 'Enter'],
  ['bypass', 'do you accept the risks of Bypass Permissions mode?', ['No, exit', 'Yes, I accept'], 'Down', 'Enter'],
  ['mcp', 'New MCP server found in this project: x', ['Use this MCP server', 'Use this and all future MCP servers in this project', 'Continue without using this MCP server'], 'Up', 'Enter'],
])('%s: what it asks, its choices, and the next key to yes and to no', (screen, detail, options, yes, no) => {
  const look = recorded(screen);
  expect(startFinding(screens, look)).toMatchObject({ status: 'waiting', detail });
  expect(readDialog(look)?.asks[0]?.options).toEqual(options);
  expect([keyFor(look, 'allow'), keyFor(look, 'deny')]).toEqual([yes, no]);
});

test('themes are chosen by name or number, what only wants Enter is allowed', () => {
  const theme = recorded('theme');
  expect(startFinding(screens, theme)).toMatchObject({ status: 'waiting', detail: 'Choose the text style that looks best with your terminal' });
  expect([pointedAt(theme), keyFor(theme, 'Dark mode'), keyFor(theme, '1')]).toEqual([0, 'Down', 'Enter']);
  const notes = recorded('security-notes');
  expect(startFinding(screens, notes)).toMatchObject({ status: 'waiting', detail: 'it tells security notes and waits for Enter' });
  expect(keyFor(notes, 'allow')).toBe('Enter');
  expect(failureOf(() => keyFor(notes, 'deny'))).toMatchObject({ code: 'usage' });
  expect(startFinding(screens, recorded('mcp-several'))?.detail).toBe('2 new MCP servers found in this project');
});

test('a screen without a dialog tells nothing', () => {
  expect(startFinding(screens, { lines: ['❯ '], cursor: { column: 2, row: 0 }, title: '' })).toBeNull();
});

test.each([
  ["Claude Code didn't start because this folder isn't trusted.\r\nRun claude again and choose Yes.", /not trusted/, true],
  [recorded('offline').lines.join('\r\n'), /cannot reach/, false],
  ['--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons', /refuses/, true],
  ["error: unknown option '--frobnicate'", /option/, true],
])('last words: %#', (printed, says, isFinal) => {
  expect(startEnd(printed)).toMatchObject({ says: expect.stringMatching(says), isFinal });
  expect(startEnd('Segmentation fault')).toBeUndefined();
});
