/** Reads the numbered choices of a dialog that only the screen shows: folder trust, menus. Pure. */
import { MuxwardError } from '../../core/errors.ts';
import type { AgentQuestion } from '../../core/question.ts';
import { readInput } from './input-box.ts';
import { readStyles, type TerminalLook } from './styled-screen.ts';

const OPTION = /^\s*(?:❯\s*)?(\d+)\.\s+(\S.*)$/;

/** The dialog on the screen, or null where the input box is there, or nothing. */
export function readDialog(look: TerminalLook): AgentQuestion | null {
  const view = readInput(look);
  if (view.kind !== 'elsewhere') return null;
  const ask = { text: '', options: optionsOf(look).map(({ label }) => label), many: false, isFree: false };
  return { kind: 'dialog', tool: null, text: view.shows, asks: [ask], at: null };
}

/** The key that chooses what is meant: by number, by label, or `allow` and `deny` for what begins with Yes and No. @throws MuxwardError `usage` */
export function keyFor(look: TerminalLook, word: string): string {
  const options = optionsOf(look);
  const begins = word === 'allow' ? /^yes\b/i : word === 'deny' ? /^no\b/i : null;
  const found = options.find(({ number, label }) => number === word || label.toLowerCase() === word.toLowerCase() || (begins?.test(label) ?? false));
  if (found) return found.number;
  throw new MuxwardError('usage', `"${word.slice(0, 60)}" is none of the choices on its screen`, {
    hint: options.length > 0 ? options.map(({ number, label }) => `${number}. ${label}`).join(' / ') : 'there are none with numbers: use muxward attach, or muxward keys',
  });
}

/** The last run of numbers from 1 on: what stands above may be a list that the model wrote. */
function optionsOf(look: TerminalLook): { number: string; label: string }[] {
  const all = readStyles(look.lines).flatMap(({ text }) => {
    const [, number, label] = OPTION.exec(text) ?? [];
    return number === undefined || label === undefined ? [] : [{ number, label: label.replace(/\s+✔.*$/, '').trim() }];
  });
  return all.slice(Math.max(0, all.findLastIndex(({ number }) => number === '1')));
}
