/** A text as arguments give it: its words, or with - standard input. */
import { MuxwardError } from '../core/errors.ts';

/** @throws MuxwardError `usage` where there is none */
export async function textArgument(words: readonly string[], command: string, usage: string): Promise<string> {
  if (words.length === 0) throw new MuxwardError('usage', `${command}: what text?`, { hint: `${usage}; - reads it from standard input` });
  if (words.length !== 1 || words[0] !== '-') return words.join(' ');
  const { readStandardInput } = await import('./spec-prompt.ts');
  const text = (await readStandardInput()).replace(/\n+$/, '');
  if (text !== '') return text;
  throw new MuxwardError('usage', `${command}: standard input was empty`, { hint: usage });
}
