/** Texts of agents made harmless for the terminal: they are data, and must not move the cursor or hide other text. */
import stripAnsi from 'strip-ansi';

// Control characters but tab and newline, and the marks that reverse the direction of what follows.
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const HARMFUL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** One line: no escape sequences, no control characters, line breaks and tabs as spaces. */
export function safeLine(text: string): string {
  return stripAnsi(text).replaceAll(/[\t\r\n]+/g, ' ').replaceAll(HARMFUL, '');
}

/** A text of lines: as it is but for escape sequences and control characters. */
export function safeText(text: string): string {
  return stripAnsi(text).replaceAll(HARMFUL, '');
}
