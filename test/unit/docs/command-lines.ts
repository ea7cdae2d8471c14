/** Finds the calls of muxward in a document and takes each apart as a shell would. */

/** The words behind `muxward` of every call in blocks of code and in `inline code`. */
export function callsIn(text: string): string[][] {
  return codeIn(text).flatMap((line) => startsIn(line).map((start) => wordsOf(line.slice(start))));
}

function codeIn(text: string): string[] {
  const fenced = [...text.matchAll(/^```(?:sh|console)?\n([\s\S]*?)^```/gm)].flatMap((match) => (match[1] as string).split('\n'));
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  const indented = [...prose.matchAll(/^ {4}(\S.*)$/gm)].map((match) => match[1] as string);
  const inline = [...prose.replaceAll(/\\`/g, '').matchAll(/`([^`\n]+)`/g)].map((match) => match[1] as string);
  return [...fenced.map((line) => line.trimStart()).filter((line) => !line.startsWith('#')), ...indented, ...inline];
}

/** Where a command may begin: at the start, behind a prompt, in `$(…)`, behind `|`, `;`, `&&`. */
function startsIn(line: string): number[] {
  return [...line.matchAll(/(?:^|^\$ |\$\(|<\(|[|;&] )(?:\.?\/?bin\/)?muxward(?= |$)/g)].map((match) => match.index + match[0].length);
}

/** Up to where the command ends: an operator, a comment, or a gap that sets off a remark. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  let rest = text.trimStart();
  for (;;) {
    const word = /^(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\|;&<>()])+/.exec(rest)?.[0];
    if (word === undefined || word.startsWith('#')) return words;
    words.push(unquote(word));
    rest = rest.slice(word.length);
    if (/^ {3,}|^$/.test(rest)) return words;
    rest = rest.trimStart();
  }
}

function unquote(word: string): string {
  return word.replaceAll(/'([^']*)'|"((?:\\.|[^"\\])*)"|\\(.)/g, (_, single, double, escaped) => (single ?? double ?? escaped) as string);
}
