/**
 * What may be typed into Claude Code as a message, how it is cut into pieces that are taken for typing, and how one is
 * recognised in what Claude Code says it got. Pure.
 *
 * What is pasted with four or more lines or over 800 characters reaches the model as somebody else's content, which
 * it does not obey. What its editor (Ctrl-G) gives back is the user's own, exact to the tab, whatever its length.
 */
import { MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';

/** More would not fit the model's context, and a hook call that proves it is cut off at 1 MiB. */
const MESSAGE_MAX_BYTES = 500_000;

const PIECE_MAX = 800;
const PIECE_LINES = 3;
/** Of what its editor gives back, Claude Code shows this much at either end where it is longer than `EDITOR_WHOLE`. */
const EDITOR_ENDS = 500;
const EDITOR_WHOLE = 10_000;
/** How the note ends that stands for the rest: `[...Truncated text #1 +1161 lines...]`. */
const MIDDLE_END = 'lines...]';

/** Typed alone, they end Claude Code. */
const ENDING = new Set(['exit', 'quit', ':q', ':q!', ':wq', ':wq!']);
/** It takes them out of every prompt, and asks the user to confirm what is left. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/;
// oxlint-disable-next-line no-control-regex -- control characters are what it finds
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;
/** Joiners, marks and selectors: it takes out those that it finds useless. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u200b-\u200f\u2060-\u2064\ufeff]/gu;

/** What is sent of a text: Claude Code drops blanks at the end. @throws MuxwardError `usage` where it cannot be sent exactly. */
export function messageOf(text: string, isCommand: boolean): string {
  const message = text.replaceAll('\r\n', '\n').trimEnd();
  if (message === '') throw new MuxwardError('usage', 'there is nothing to send: the text is empty', { hint: 'muxward send NAME TEXT; a key alone: muxward keys NAME Enter' });
  if (Buffer.byteLength(message) > MESSAGE_MAX_BYTES) {
    throw new MuxwardError('usage', `${Buffer.byteLength(message)} bytes are too many for a message`, {
      hint: `at most ${MESSAGE_MAX_BYTES}; put it in a file and tell the agent to read it`,
    });
  }
  refuseCharacters(message);
  if (!isCommand) refuseCommands(message);
  return message;
}

/** Headless, it takes any text as it is, but for a command. @throws MuxwardError `usage` */
export function headlessMessage(text: string, isCommand = false): string {
  if (text.trim() === '') throw new MuxwardError('usage', 'there is nothing to send: the text is empty');
  refuseInvalid(text);
  if (!isCommand && text.trimStart().startsWith('/')) refuseCommands(text.trimStart());
  return text;
}

function refuseCharacters(message: string): void {
  const control = CONTROL.exec(message)?.[0];
  if (control !== undefined) {
    throw new MuxwardError('usage', `the text holds the control character ${printable(control)}, which a terminal would take for a key`, {
      hint: 'take it out; keys are pressed with: muxward keys NAME C-c',
    });
  }
  refuseInvalid(message);
  if (BIDI.test(message)) {
    throw new MuxwardError('usage', 'the text holds marks that turn the direction of writing, which Claude Code would take out', {
      hint: 'take out U+202A to U+202E and U+2066 to U+2069',
    });
  }
}

function refuseInvalid(message: string): void {
  if (!message.includes('\ufffd') && message.isWellFormed()) return;
  throw new MuxwardError('usage', 'the text holds bytes that are not valid UTF-8', { hint: 'convert it, for example with iconv -f latin1 -t utf8' });
}

function refuseCommands(message: string): void {
  if (!message.startsWith('/') && !ENDING.has(message.trim())) return;
  const [word = ''] = message.split(/\s/);
  const why = message.startsWith('/') ? 'a command of Claude Code, not a message' : 'what ends Claude Code, not a message';
  throw new MuxwardError('usage', `${printable(word)} would be ${why}`, {
    hint: 'say --command if you mean it; otherwise begin with another word',
  });
}

/** Typed in one piece it is the user's own, and no editor is needed: the quickest way. A mark at the start would change the mode. */
export function isShort(message: string): boolean {
  return message.length < PIECE_MAX && message.split('\n').length <= PIECE_LINES && isTypable(message) && !/^\s*[!#&?]/.test(message);
}

/** Whether the editor gives it back as it is: where it is shortened in the middle of a character, that one is lost. */
export function survivesEditor(message: string): boolean {
  if (message.length <= EDITOR_WHOLE) return true;
  const cut = (at: number): boolean => /[\ud800-\udbff]/.test(message.charAt(at - 1)) && /[\udc00-\udfff]/.test(message.charAt(at));
  // One blank is added at the end.
  return !cut(EDITOR_ENDS) && !cut(message.length + 1 - EDITOR_ENDS);
}

/** Of what is typed, tabs become blanks, and letters with separate accents single ones. */
function isTypable(message: string): boolean {
  return !message.includes('\t') && message.normalize('NFC') === message;
}

/** Pieces that are each taken for typing, or null where it cannot be typed exactly. */
export function piecesOf(message: string): string[] | null {
  if (!isTypable(message) || /^\s*!/.test(message)) return null;
  const pieces: string[] = [];
  let piece = '';
  let lines = 1;
  for (const character of message) {
    if (piece.length + character.length >= PIECE_MAX || (character === '\n' && lines === PIECE_LINES)) {
      pieces.push(piece);
      [piece, lines] = ['', 1];
    }
    piece += character;
    if (character === '\n') lines += 1;
  }
  return [...pieces, piece];
}

/** Is this prompt, as a hook reports it, that message? */
export function isMessage(prompt: string, message: string): boolean {
  return prompt === message || visible(prompt) === visible(message);
}

/** Does what can be seen in the box end as the message does, and is it all of it where all can be seen? */
export function boxShows(box: { readonly text: string; readonly isCut: boolean }, message: string): boolean {
  const shown = plain(box.text);
  const sent = plain(message);
  const middleEnds = shown.lastIndexOf(MIDDLE_END);
  // A command is followed by a note of what else it takes.
  if (middleEnds < 0 && !box.isCut) return box.text !== '' && (shown === sent || (sent.startsWith('/') && shown.startsWith(sent)));
  const end = middleEnds < 0 ? shown : shown.slice(middleEnds + MIDDLE_END.length);
  return end !== '' && sent.endsWith(end);
}

function visible(text: string): string {
  return text.replaceAll(INVISIBLE, '').trimEnd();
}

/** What a terminal shows alike whatever its width: letters, digits and ASCII, without blanks. */
function plain(text: string): string {
  return text.normalize('NFC').replaceAll(/[^\p{L}\p{N}!-~]/gu, '');
}
