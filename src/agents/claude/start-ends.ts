/** Why a start of Claude Code came to nothing, by its last words (tried with 2.1.329 where nothing else is said). Pure. */

export interface StartEnd {
  /** What it means, and what to do. */
  readonly says: string;
  /** Another try would end the same way. */
  readonly isFinal: boolean;
}

interface Known extends StartEnd {
  readonly words: RegExp;
}

const ENDS: readonly Known[] = [
  { words: /folder isn.t trusted/, says: 'its folder is not trusted: start it again and answer Yes, or spawn it with --trust', isFinal: true },
  {
    words: /Unable to connect to Anthropic services/,
    says: "it cannot reach Anthropic's services, which its first run needs: connect, run claude once by yourself, and start it again",
    isFinal: false,
  },
  { words: /cannot be used with root\/sudo privileges/, says: 'Claude Code refuses Bypass Permissions mode to root: choose another mode, or another user', isFinal: true },
  { words: /^error: unknown option/, says: 'this claude does not know an option that it was given: is it 2.1 (muxward doctor), or is it an option of yours?', isFinal: true },
  // After the program's own texts.
  { words: /needs an update\.$|or higher\) is required to continue/, says: 'this version of Claude Code is too old for its service: claude update', isFinal: true },
];

/** Undefined where they mean nothing that is known. The last words count. */
export function startEnd(printed: string): StartEnd | undefined {
  // oxlint-disable-next-line no-control-regex -- escape sequences are what this takes out
  const plain = printed.replaceAll(/\u001b\[[0-9;:?<>=]*[A-Za-z]/g, (sequence) => (sequence.endsWith('m') ? '' : ' '));
  for (const line of plain.split(/\r?\n/).toReversed()) {
    const found = ENDS.find(({ words }) => words.test(line.trim()));
    if (found) return found;
  }
  return undefined;
}
