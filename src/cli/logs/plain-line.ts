/** A line as a terminal would have left it standing: no escape sequences, overwritten text gone. */
import { safeText } from '../render/safe-text.ts';
import stripAnsi from 'strip-ansi';

/** `line` comes without its newline. What was overwritten by a carriage return or rubbed out by backspace is not shown. */
export function plainLine(line: string): string {
  const stripped = stripAnsi(line);
  if (!stripped.includes('\r') && !stripped.includes('\b')) return safeText(stripped);
  const written = stripped.split('\r').findLast((part) => part !== '') ?? '';
  return safeText(rubOut(written));
}

function rubOut(text: string): string {
  if (!text.includes('\b')) return text;
  const kept: string[] = [];
  for (const character of text) {
    if (character === '\b') kept.pop();
    else kept.push(character);
  }
  return kept.join('');
}
