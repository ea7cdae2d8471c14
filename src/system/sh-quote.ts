/** Writes a text so that a POSIX shell reads back exactly its bytes. */
import { MuxwardError } from '../core/errors.ts';

/**
 * The text in single quotes, for env and args files and for command lines.
 * @throws MuxwardError `usage` for what no argument or variable can hold: NUL, or half a surrogate pair.
 */
export function quote(text: string): string {
  if (text.includes('\0')) {
    throw new MuxwardError('usage', 'an argument or value holds a NUL character', {
      hint: 'no program can be given one: leave it out, or pass the data in a file',
    });
  }
  if (!text.isWellFormed()) {
    throw new MuxwardError('usage', 'an argument or value is no valid Unicode', {
      hint: 'it holds half of a surrogate pair: pass the data in a file',
    });
  }
  return `'${text.replaceAll("'", "'\\''")}'`;
}
