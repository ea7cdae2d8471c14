/** Quoting for tmux's own command language (tmux(1), PARSING SYNTAX), as read by control mode and source-file. */

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** One argument, exact whatever it holds: quotes, `$`, `;`, `~` and control characters mean nothing in it. */
function quoteArgument(text: string): string {
  if (/^[A-Za-z0-9_@%=:.,/+-]+$/.test(text)) return text;
  // oxlint-disable-next-line no-control-regex -- control characters would end the line that tmux parses
  const inner = text.replaceAll(/[\\"$]/g, '\\$&').replaceAll(/[\u0000-\u001f\u007f]/g, (c) => {
    return ESCAPES[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`;
  });
  return `"${inner}"`;
}

/** A line for each. Those that start agents together say nearly the same: each word is looked at once. */
export function commandLines(commands: readonly (readonly string[])[]): string[] {
  const quoted = new Map<string, string>();
  const quote = (text: string): string => {
    const known = quoted.get(text);
    if (known !== undefined) return known;
    const made = quoteArgument(text);
    quoted.set(text, made);
    return made;
  };
  return commands.map((args) => args.map(quote).join(' '));
}

/** A whole command, one line. */
export function commandLine(args: readonly string[]): string {
  return args.map(quoteArgument).join(' ');
}

/** For arguments that tmux expands as a format (`-c`, `-n`, `pipe-pane`): `#` stands for itself. */
export function literalFormat(text: string): string {
  return text.replaceAll('#', '##');
}
