/**
 * A terminal's screen as tmux gives it with its attributes: what stands there, and which of it is dim. Claude Code
 * writes dim what is only a suggestion, so a box that shows one is empty. Pure.
 */

/** What tmux says of a pane. */
export interface TerminalLook {
  /** One line of the screen each, with SGR sequences. */
  readonly lines: readonly string[];
  readonly cursor: { readonly column: number; readonly row: number };
  /** What the program set as its terminal's title. */
  readonly title: string;
}

export interface StyledLine {
  readonly text: string;
  /** The text with everything dim left out. */
  readonly bright: string;
}

const FAINT_ON = '2';
const FAINT_OFF = new Set(['0', '', '22']);
/** These begin a colour, whose own numbers mean nothing by themselves. */
const COLOURS = new Set(['38', '48', '58']);

/** Attributes go on from line to line until they are changed. */
export function readStyles(lines: readonly string[]): StyledLine[] {
  let faint = false;
  return lines.map((line) => {
    const styled = { text: '', bright: '' };
    // oxlint-disable-next-line no-control-regex -- escape sequences are what this reads
    for (const piece of line.split(/(\u001b\[[0-9;:]*m)/)) {
      if (piece.startsWith('\u001b[')) faint = isFaintAfter(piece.slice(2, -1), faint);
      else {
        styled.text += piece;
        if (!faint) styled.bright += piece;
      }
    }
    return { text: styled.text.trimEnd(), bright: styled.bright.trimEnd() };
  });
}

function isFaintAfter(parameters: string, before: boolean): boolean {
  let faint = before;
  const all = parameters.split(';');
  for (let i = 0; i < all.length; i++) {
    const one = all[i] ?? '';
    if (COLOURS.has(one)) i += all[i + 1] === '5' ? 2 : 4;
    else if (one === FAINT_ON) faint = true;
    else if (FAINT_OFF.has(one)) faint = false;
  }
  return faint;
}
