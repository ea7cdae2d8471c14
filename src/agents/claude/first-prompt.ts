/** The first prompt, as an argument of Claude Code: delivered exactly, or refused with a reason. Pure. */
import { MuxwardError } from '../../core/errors.ts';
import { messageOf } from './message.ts';

/** It takes these out. Joiners and selectors are left to it: emoji are made with them. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2060-\u2064\ufeff\u{e0000}-\u{e007f}]/u;

/** @throws MuxwardError `usage` where Claude Code would change it or take it for something else. */
export function firstPrompt(prompt: string): string {
  messageOf(prompt, true);
  const text = prompt.replaceAll('\r\n', '\n');
  const invisible = INVISIBLE.exec(text)?.[0];
  if (invisible !== undefined) {
    throw new MuxwardError('usage', `the prompt holds the invisible character U+${codeOf(invisible)}, which Claude Code would take out`, {
      hint: 'take it out',
    });
  }
  // `!`, `#` and `@` at its start are text there: only a slash is a command, and `exit` alone ends the program.
  const [word = ''] = text.trimStart().split(/\s/);
  if (!word.startsWith('/') && !/^(?:exit|quit|:q!?|:wq!?)$/.test(text.trim())) return text;
  throw new MuxwardError('usage', `the prompt would be the command ${word} of Claude Code, not a message`, {
    hint: 'begin with another word, or send the command later: muxward send NAME --command',
  });
}

function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
