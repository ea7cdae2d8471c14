/**
 * Reads Claude Code's input box from its screen: what mode it is in, what stands in it, or what stands in its place.
 * Only a box that has the cursor in it is one: a picture of a box in what the model printed has not. Pure, and tried on
 * recorded screens of version 2.1 (test/data/inputs); whatever it does not know is `elsewhere`, and nothing is typed.
 */
import { readStyles, type StyledLine, type TerminalLook } from '../styled-screen.ts';

export interface InputBox {
  readonly kind: 'box';
  /** `shell`: what is typed runs as a command of the user's shell. */
  readonly mode: 'prompt' | 'shell';
  /** What can be seen of what was typed, lines as the screen breaks them. Empty where only a suggestion stands there. */
  readonly text: string;
  /** The first lines are out of sight. */
  readonly isCut: boolean;
  /** Claude Code keeps a text for later (its Ctrl-S); it keeps one at most. */
  readonly isStashed: boolean;
  /** A turn is under way. */
  readonly isBusy: boolean;
}

/** A menu, a dialog, another view: `shows` is what is there, in a few words of its own. */
interface Elsewhere {
  readonly kind: 'elsewhere';
  readonly shows: string;
}

/** Nothing to be seen yet. */
interface Blank {
  readonly kind: 'blank';
}

export type InputView = InputBox | Elsewhere | Blank;

/** The upper rule may bear the session's name, either one what is out of sight ("↑ 3 more"). */
const RULE = /^─{3}.*─$/;
const FIRST_ROW = /^([❯!])(?:[\u00a0 ]|$)/;
const INDENT = /^ {2}|^$/;
/** Another view has a box of the same looks, for starting further sessions. */
const AGENTS_VIEW = /claude agents$/;
const SPINNER = /^[◐◑◒◓]/;

export function readInput(look: TerminalLook): InputView {
  const lines = readStyles(look.lines);
  if (lines.every(({ text }) => text.trim() === '')) return { kind: 'blank' };
  const box = AGENTS_VIEW.test(look.title) ? null : findBox(lines, look.cursor.row);
  if (box === null) return { kind: 'elsewhere', shows: excerpt(lines) };
  const { top, bottom } = box;
  const rows = lines.slice(top + 1, bottom);
  const footer = lines.slice(bottom + 1).map(({ text }) => text);
  const hint = lines[top - 1]?.text ?? '';
  const isShell = rows[0]?.text.startsWith('!') || footer.some((line) => line.startsWith('  ! for shell mode'));
  return {
    kind: 'box',
    mode: isShell ? 'shell' : 'prompt',
    text: textOf(rows),
    isCut: /↑ \d+ more/.test(lines[top]?.text ?? ''),
    isStashed: /\bdraft stashed$/.test(hint),
    isBusy: SPINNER.test(look.title) || footer.some((line) => line.includes('esc to interrupt')),
  };
}

/** The last lines that say something, for messages about why nothing was typed. */
export function screenExcerpt(look: TerminalLook): string {
  return excerpt(readStyles(look.lines));
}

/** The rules right above and below the cursor, where what lies between them looks as a box does. */
function findBox(lines: readonly StyledLine[], cursorRow: number): { top: number; bottom: number } | null {
  const isRule = (row: number): boolean => RULE.test(lines[row]?.text ?? '');
  let top = cursorRow;
  while (top >= 0 && !isRule(top)) top -= 1;
  let bottom = cursorRow;
  while (bottom < lines.length && !isRule(bottom)) bottom += 1;
  if (top < 0 || bottom === lines.length || bottom - top < 2) return null;
  const [first, ...more] = lines.slice(top + 1, bottom).map(({ text }) => text);
  const begins = FIRST_ROW.test(first ?? '') || (/↑ \d+ more/.test(lines[top]?.text ?? '') && INDENT.test(first ?? ''));
  return begins && more.every((row) => INDENT.test(row)) ? { top, bottom } : null;
}

/** The cursor's own character is not dim even in a suggestion: what is dim but for one character is one. */
function textOf(rows: readonly StyledLine[]): string {
  const typed = rows.map(({ text }) => withoutPrompt(text));
  const bright = rows.map((row) => withoutPrompt(row.bright)).join('').trim();
  const all = typed.join('').trim();
  const isSuggestion = bright.length <= 1 && all.length > bright.length;
  return isSuggestion ? '' : typed.join('\n').trimEnd();
}

function withoutPrompt(row: string): string {
  return row.replace(FIRST_ROW, '').replace(/^ {2}/, '');
}

const EXCERPT_LINES = 12;
const LINE_MAX = 70;

/** What stands below the last rule that has something below it: a dialog stands at the end of the screen. */
function excerpt(lines: readonly StyledLine[]): string {
  const said = lines.map(({ text }) => text.replaceAll(/[─━▔╌│╭╮╰╯]+/g, ' ').trim()).filter((text) => text !== '');
  const shown = said.slice(-EXCERPT_LINES).map((text) => (text.length > LINE_MAX ? `${text.slice(0, LINE_MAX - 1)}…` : text));
  return shown.join(' / ');
}
