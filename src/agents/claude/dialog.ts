/**
 * Reads the choices of a dialog that only the screen shows: menus with numbers, and those without (folder trust, API
 * key), in which `❯` stands before the one that Enter takes. Pure.
 */
import { MuxwardError } from '../../core/errors.ts';
import type { AgentQuestion } from '../../core/question.ts';
import { readInput } from './input-box.ts';
import { readStyles, type TerminalLook } from '../styled-screen.ts';

const OPTION = /^\s*(?:❯\s*)?(\d+)\.\s+(\S.*)$/;
/** The choice that Enter takes, where they have no numbers. */
const POINTED = /^(\s*❯\s+(?:✔\s+)?)(\S.*)$/;
const BESIDE = /^(\s+(?:✔\s+)?)(\S.*)$/;
/** What may be pressed: whoever answers presses nothing. */
const KEYS = /^(?:Enter to confirm|Esc to cancel)\b/;
/** No choice, only something to be read. */
const ONLY_ENTER = /\bPress Enter to continue\b/;

/** The dialog on the screen, or null where the input box is there, or nothing. */
export function readDialog(look: TerminalLook): AgentQuestion | null {
  const view = readInput(look);
  if (view.kind !== 'elsewhere') return null;
  const options = choicesOf(look);
  const text = view.shows.replaceAll(/❯ */g, '').split(' / ').filter((line) => !options.includes(line) && !KEYS.test(line)).join(' / ');
  const ask = { text: '', options, many: false, isFree: false };
  return { kind: 'dialog', tool: null, text, asks: [ask], at: null };
}

/** `allow` and `deny` mean what begins so. */
const MEANS: Readonly<Record<string, RegExp>> = { allow: /^(?:yes|use this)\b/i, deny: /^(?:no|continue without)\b/i };

/**
 * The key to press next towards what is meant: by number, by label, or `allow` and `deny`. Without numbers it is an
 * arrow until `❯` stands there, and then Enter. @throws MuxwardError `usage`
 */
export function keyFor(look: TerminalLook, word: string): string {
  const options = optionsOf(look);
  const means = MEANS[word];
  const at = options.findIndex(({ number, label }) => number === word || label.toLowerCase() === word.toLowerCase() || (means?.test(label) ?? false));
  const found = options[at];
  if (found) return found.isNumbered ? found.number : towards(at, options.findIndex(({ isPointed }) => isPointed));
  if (word === 'allow' && wantsOnlyEnter(look)) return 'Enter';
  throw new MuxwardError('usage', `"${word.slice(0, 60)}" is none of the choices on its screen`, {
    hint: options.length > 0 ? options.map(({ number, label }) => `${number}. ${label}`).join(' / ') : 'there are none that can be read: use muxward attach, or muxward keys',
  });
}

/** Which choice Enter takes, counted from 0; -1 where that cannot be seen. */
export function pointedAt(look: TerminalLook): number {
  return optionsOf(look).findIndex(({ isPointed }) => isPointed);
}

function choicesOf(look: TerminalLook): string[] {
  return optionsOf(look).map(({ label }) => label);
}

interface Option {
  readonly number: string;
  readonly label: string;
  /** Its number chooses it; otherwise it has one of ours, for whoever answers. */
  readonly isNumbered: boolean;
  readonly isPointed: boolean;
}

function towards(wanted: number, pointed: number): string {
  return wanted === pointed ? 'Enter' : wanted < pointed ? 'Up' : 'Down';
}

function optionsOf(look: TerminalLook): readonly Option[] {
  const lines = readStyles(look.lines).map(({ text }) => text);
  if (wantsOnlyEnter(look)) return [];
  const numbered = withNumbers(lines);
  return numbered.length > 0 ? numbered : withoutNumbers(lines);
}

function wantsOnlyEnter(look: TerminalLook): boolean {
  return readStyles(look.lines).some(({ text }) => ONLY_ENTER.test(text));
}

/** The last run of numbers from 1 on: what stands above may be a list that the model wrote. */
function withNumbers(lines: readonly string[]): Option[] {
  const all = lines.flatMap((text) => {
    const [, number, label] = OPTION.exec(text) ?? [];
    return number === undefined || label === undefined ? [] : [{ number, label: label.replace(/\s+✔.*$/, '').trim(), isNumbered: true, isPointed: false }];
  });
  return all.slice(Math.max(0, all.findLastIndex(({ number }) => number === '1')));
}

/** The lines around the last `❯` whose labels begin where its own does. */
function withoutNumbers(lines: readonly string[]): Option[] {
  const row = lines.findLastIndex((text) => POINTED.test(text));
  const [, before = '', own = ''] = POINTED.exec(lines[row] ?? '') ?? [];
  if (own === '') return [];
  const beside = (text: string): string | undefined => {
    const [, indent = '', label] = BESIDE.exec(text) ?? [];
    return indent.length === before.length ? label : undefined;
  };
  const above = run(lines.slice(0, row).toReversed(), beside).toReversed();
  const labels = [...above, own, ...run(lines.slice(row + 1), beside)];
  return labels.map((label, i) => ({ number: String(i + 1), label: label.trim(), isNumbered: false, isPointed: i === above.length }));
}

/** What `read` gives of the first lines, up to the first of which it gives nothing. */
function run(lines: readonly string[], read: (line: string) => string | undefined): string[] {
  const found: string[] = [];
  for (const line of lines) {
    const label = read(line);
    if (label === undefined) break;
    found.push(label);
  }
  return found;
}
