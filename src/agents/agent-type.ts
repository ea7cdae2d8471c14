/**
 * What a type of agent is: how it is launched and what its second window shows. One file here for each type;
 * registry.ts names them all. How a process is kept alive is the same for all and lies in the daemon.
 */
import type { AgentSpec } from '../core/agent.ts';
import type { AnswerKeys } from '../config/terminals/screen-rule.ts';
import type { TerminalLook } from './styled-screen.ts';
import type { ScreenFinding } from './screen-rules.ts';

/** What the daemon tells a type about the start that is being planned. */
export interface LaunchContext {
  /** 1 for the first process of this agent. */
  readonly generation: number;
  /** The conversation that the last generation had, null if none is known. */
  readonly sessionId: string | null;
  /** It had other conversations before: what it was told first was worked on. */
  readonly hasTalked?: boolean;
  /** US dollars of its budget that are left; absent where it has none. */
  readonly leftUsd?: number;
  /** Project root of muxward itself, where `bin/` and `templates/` are. */
  readonly installation: string;
  /** Where the files of this agent lie. */
  readonly runFolder: string;
}

export interface LaunchPlan {
  /** Program (absolute) and arguments. */
  readonly argv: readonly string[];
  /** Added to the agent's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The conversation that this start opens or continues, null where the type has none. */
  readonly sessionId: string | null;
  /** The conversation was there before. */
  readonly resumes?: boolean;
  /** Typed once the screen shows `ready`, for programs that take no prompt as argument. */
  readonly typed: { readonly text: string; readonly ready: RegExp } | null;
  /** Private files that the program reads, by name in the run folder. None where absent. */
  readonly files?: Readonly<Record<string, string>>;
  /** It is started with a prompt, which it takes up by itself. */
  readonly promptGiven?: boolean;
  /** It calls `scripts/agent-hook.sh`. */
  readonly hasHooks?: true;
  /** What it does is read from its screen: the type has `readScreen`. */
  readonly hasScreen?: true;
}

export interface AgentType {
  readonly name: string;
  /** A few words for help texts. */
  readonly summary: string;
  /** Window 1: what the agent's tree uses, or its tasks. */
  readonly sideWindow: 'monitor' | 'queue';
  /**
   * Decides what to run. Touches nothing but to look for files.
   * @throws MuxwardError `usage` where the specification cannot work, naming what is missing.
   */
  plan(spec: AgentSpec, context: LaunchContext): LaunchPlan;
  /** Keys that say yes and no to what its screen asks; null where it asks nothing. */
  answerKeys?(look: TerminalLook): AnswerKeys | null;
  /** Its questions read keys and no text. */
  readonly asksByMenu?: boolean;
  /** Keys that end what it does, for programs that SIGINT would end. */
  readonly interruptKeys?: readonly string[];
  /** What it does, by what its screen shows. `isQuiet`: nothing was printed for a second. Absent where that tells nothing. */
  readScreen?(look: TerminalLook, isQuiet: boolean): ScreenFinding;
}

export const NOTHING_MORE = { env: {}, sessionId: null, typed: null } as const;
