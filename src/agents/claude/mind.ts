/**
 * What is known of a Claude Code session. Each hook call (hear.ts) and each look at its session file (see-session.ts)
 * changes it, and what it comes to is activity.ts. Pure: a stream of calls that was recorded can be replayed.
 *
 * Hooks say what happens, but not all of it: an interrupt with Esc fires none, and a prompt that was typed during a
 * turn fires its own before that turn ends. The session file says busy, idle or waiting, and nothing more. Of the two
 * the newer word counts.
 */
import type { ScreenFinding } from '../screen-rules.ts';
import type { SessionFact } from './session-file.ts';

type Phase =
  /** the program runs and has not said a word */
  | 'starting'
  /** it is up, and has not taken up the prompt that it was started with */
  | 'prompted'
  | 'idle'
  | 'working'
  | 'compacting'
  /** Stop was called; whether another prompt follows is not known yet */
  | 'turn-over'
  /** the turn is over, and subagents or shells go on */
  | 'background'
  | 'error'
  | 'limited';

export interface Ask {
  /** Tells the asks of one session apart. */
  readonly key: string;
  readonly text: string;
  readonly at: string;
  readonly evidence: string;
}

export interface Mind {
  readonly generation: number;
  /** Null until the first call. */
  readonly sessionId: string | null;
  readonly phase: Phase;
  /** Since when it is so, and how that is known. */
  readonly at: string;
  readonly evidence: string;
  /** Names of the tools that run, by the id of their use. */
  readonly tools: Readonly<Record<string, string>>;
  /** Open questions, oldest first. */
  readonly asks: readonly Ask[];
  /** What goes on after the turn: a few words each, by its id. */
  readonly background: Readonly<Record<string, string>>;
  /** Prompts that were typed during the turn: another turn may follow it, with no hook at its beginning. */
  readonly queued: number;
  /** Of an error or a limit. */
  readonly message: string | null;
  /** ISO 8601, UTC: when a limit is over, where that was said. */
  readonly until: string | null;
  /** When the last hook was called; null before the first. */
  readonly heardAt: string | null;
  readonly session: SessionFact | null;
  /** It was started with a prompt, and has not taken it up. */
  readonly promptGiven?: boolean;
  /** What its screen shows while no hook was called yet; absent where it shows nothing that is known. */
  readonly start?: (ScreenFinding & { readonly at: string }) | null;
}

export function newMind(generation: number, at: string, promptGiven = false): Mind {
  return {
    generation,
    promptGiven,
    sessionId: null,
    phase: 'starting',
    at,
    evidence: 'its program was started',
    tools: {},
    asks: [],
    background: {},
    queued: 0,
    message: null,
    until: null,
    heardAt: null,
    session: null,
  };
}

/** The mind after a look at the screen of a program that has called no hook yet. */
export function seeStart(mind: Mind, found: ScreenFinding | null, at: string): Mind {
  if (mind.phase !== 'starting') return mind;
  const { start = null } = mind;
  if (found?.status === start?.status && found?.detail === start?.detail) return mind;
  return { ...mind, start: found && { ...found, at } };
}

/** Has it been heard of, or seen to work? Until then only its screen tells. */
export function isStarting({ phase, asks: open }: Mind): boolean {
  return phase === 'starting' && open.length === 0;
}

/** That nothing happens is no news; an error or a limit says why, and stays until something does. */
export function isAtRest({ phase, asks: open }: Mind): boolean {
  return (phase === 'idle' || phase === 'error' || phase === 'limited') && open.length === 0;
}

/** The turn is over, but prompts were typed meanwhile. */
export function mayGoOn({ phase, queued }: Mind): boolean {
  return phase === 'turn-over' && queued > 0;
}

export function nothingRuns(mind: Mind): Mind {
  return { ...mind, tools: {}, asks: [], background: {} };
}

/** The transcript says more of a limit than the hook does: when it is over. */
export function limitedUntil(mind: Mind, until: string): Mind {
  return mind.phase === 'limited' || mind.phase === 'error' ? { ...mind, phase: 'limited', until } : mind;
}
