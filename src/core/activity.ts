/** What an agent does, as far as anybody says so. Only shapes; who says so is in the parts that understand programs. */

/** `error`: its last turn failed, and it does nothing. `limited`: it may not work before a usage limit is reset. */
export const ACTIVITIES = ['working', 'waiting', 'idle', 'limited', 'error', 'unknown'] as const;

/** Who said it; `none`: nothing of this agent ever does. */
const ACTIVITY_SOURCES = ['hook', 'session', 'transcript', 'screen', 'title', 'process', 'none'] as const;

/** What the agent does, how that is known, and since when. */
export interface Activity {
  readonly status: (typeof ACTIVITIES)[number];
  /** How it is known: `hook PreToolUse`, `session file: idle`, `screen: rule 2 (esc to interrupt)`. */
  readonly evidence: string;
  readonly at: string | null;
  /** What exactly: the tool, what it asks, the error. Null where there is no more to say. */
  readonly detail?: string | null;
  readonly source?: (typeof ACTIVITY_SOURCES)[number];
  /** The line of the screen that says so; absent where something else does. */
  readonly line?: string | null;
  /** `limited`: until when, where that is known. */
  readonly until?: string | null;
}

/** Somebody else who could be asked what an agent does, and what they say now. */
export interface Witness {
  /** `version`: of a program that muxward does not know in this version, so that it may be misread. */
  readonly source: 'title' | 'session' | 'version';
  readonly says: string;
  /** The title itself, what it waits for, or the version that is known. */
  readonly evidence: string;
  /** Since when they say so; null where that is not known. */
  readonly at: string | null;
  readonly agrees: boolean;
}
