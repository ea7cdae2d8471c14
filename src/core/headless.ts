/** What came of a headless agent's last turn: `result --json`. */
export interface HeadlessResult {
  /** An API error is one too, although Claude Code calls it `success`. */
  readonly isError: boolean;
  /** Claude Code's word: `success`, `error_max_turns`, `error_max_budget_usd`, `error_during_execution` … */
  readonly subtype: string;
  /** Why the turn was over: `completed`, `api_error` …; null where it is not said. */
  readonly terminalReason: string | null;
  /** What the model said last, or what went wrong. */
  readonly text: string;
  readonly turns: number;
  /** Of the whole session so far, forks and resumed runs with it. */
  readonly sessionUsd: number;
  readonly durationMs: number;
  readonly sessionId: string;
  /** The HTTP status of a failed call of the API. */
  readonly apiErrorStatus: number | null;
  /** Tools that were refused. */
  readonly denials: readonly string[];
  readonly at: string;
  /** Of the agent's process. */
  readonly generation: number;
}
