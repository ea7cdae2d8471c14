/** Which agents of a project the NAMEs of `up` and `down` mean: agents, entries with all their instances, or globs. */
import type { Project } from '../../config/project/project.ts';
import { matchesGlob, noSuchAgent } from '../../core/selector.ts';

/** Undefined where none was named: all. @param alsoThere agents that the file does not know any more */
export function chosenNames(project: Project, words: readonly string[], alsoThere: readonly string[] = []): string[] | undefined {
  if (words.length === 0) return undefined;
  const known = [...project.agents, ...alsoThere.map((name) => ({ name, entry: name }))];
  const chosen = words.flatMap((word) => {
    const matches = known.filter(({ name, entry }) => matchesWord(name, word) || matchesWord(entry, word));
    if (matches.length === 0) throw noSuchAgent(word, [...new Set(known.flatMap(({ name, entry }) => [entry, name]))]);
    return matches.map(({ name }) => name);
  });
  return [...new Set(chosen)];
}

function matchesWord(name: string, word: string): boolean {
  return name === word || (/[*?]/.test(word) && matchesGlob(word, name));
}
