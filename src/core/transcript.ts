/** A conversation as `transcript` shows it: who said what, and each tool call with what came of it. Only shapes. */

/** One call of a tool. */
export interface TranscriptTool {
  readonly id: string;
  readonly name: string;
  /** What it was called with, in one line. */
  readonly summary: string;
  readonly input: unknown;
  /** `running`: no outcome is written down yet. The same call is told again once there is one. */
  readonly outcome: 'ok' | 'failed' | 'running';
  /** What the model was given back; empty while it runs. */
  readonly result: string;
}

/** One entry, in the order in which it was written down. Texts are as the agent wrote them: escape before they are shown. */
export interface TranscriptEntry {
  /** ISO 8601 UTC; null where the record has none. */
  readonly at: string | null;
  readonly who: 'user' | 'assistant' | 'tool' | 'system';
  /** Empty for a tool. */
  readonly text: string;
  readonly tool: TranscriptTool | null;
  /** Null outside the assistant's own entries. */
  readonly model: string | null;
  /** The subagent that it belongs to; null for the conversation itself. */
  readonly subagent: string | null;
  readonly sessionId: string;
}
