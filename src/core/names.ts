/** Names of agents: what is allowed, what to use instead, and which known name was probably meant. */
import { distance } from 'fastest-levenshtein';
import { MuxwardError } from './errors.ts';

/** One tmux session, one folder and one log file bear this name, so it holds no dot, colon, slash or space. */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** @throws MuxwardError `usage` that names the fault and suggests a valid name. */
export function checkName(name: string): string {
  if (NAME_PATTERN.test(name)) return name;
  const better = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 63);
  throw new MuxwardError('usage', `"${printable(name)}" is no name for an agent`, {
    hint: `letters, digits, - and _, beginning with a letter or digit, at most 63${better === '' ? '' : `, for example ${better}`}`,
  });
}

/** The known word nearest to `word`, where it is near enough to be a slip of the finger. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const d = slips(word.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

/** Letters to change; two swapped ones, the most common slip, count as one. */
function slips(word: string, candidate: string): number {
  let at = 0;
  while (at < word.length && word[at] === candidate[at]) at += 1;
  const swapped = `${word.slice(0, at)}${word[at + 1] ?? ''}${word[at] ?? ''}${word.slice(at + 2)}`;
  return swapped === candidate && word !== candidate ? 1 : distance(word, candidate);
}

/** What a user typed, made safe to show: control characters become `\xNN`, long texts are cut. */
export function printable(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 77)}…` : text;
  // oxlint-disable-next-line no-control-regex -- control characters are what this function is about
  return cut.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
