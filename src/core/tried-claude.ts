/** The version of Claude Code on which muxward's understanding of it rests. Pure. */

export const TRIED_CLAUDE = '2.1.329';

/** Other patches of the same minor version hardly differ. */
export function isTriedClaude(version: string): boolean {
  return minorOf(version) === minorOf(TRIED_CLAUDE);
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
