/** What a template says of its program's screens: shapes and their bounds. What follows from a rule is agents/screen-rules.ts. */

export const SCREEN_STATES = ['working', 'waiting', 'idle'] as const;

/** Where a rule looks: at each of the last lines, the lowest first; at the line that has the cursor; at the title. */
export const SCREEN_PLACES = ['line', 'cursor', 'title'] as const;

export const DEFAULT_WITHIN = 12;

/** Keys that say yes and no, by tmux's names. */
export interface AnswerKeys {
  readonly allow?: readonly string[] | undefined;
  readonly deny?: readonly string[] | undefined;
}

export interface ScreenRule {
  readonly state: (typeof SCREEN_STATES)[number];
  readonly place: (typeof SCREEN_PLACES)[number];
  /** Its first group is what is told, where it has one. */
  readonly pattern: RegExp;
  /** What is told instead of the line. */
  readonly says: string | null;
  /** `line`: how many of the last lines that say something are looked at. */
  readonly within: number;
  /** It fits only when nothing was printed for a second: what looks like a question may be half a line of output. */
  readonly quiet: boolean;
  /** What says yes and no to this question, where that is not what the template says for all. */
  readonly answers: AnswerKeys;
}
