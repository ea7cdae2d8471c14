/** What an agent asks its user, as `answer` lists it. Only shapes. */

/** One question and what may be chosen; a free text is an answer too where `isFree`. */
export interface Ask {
  readonly text: string;
  readonly options: readonly string[];
  /** Several options may be chosen. */
  readonly many: boolean;
  readonly isFree: boolean;
}

export interface AgentQuestion {
  /** `permission`: to use a tool. `question`: the agent wants to know. `dialog`: only its screen shows it. */
  readonly kind: 'permission' | 'question' | 'dialog';
  /** The tool, null for a dialog. */
  readonly tool: string | null;
  /** What is asked, in full: the command, the file, the text on the screen. */
  readonly text: string;
  /** One for a permission and for a dialog. */
  readonly asks: readonly Ask[];
  /** Since when; null where only the screen shows it. */
  readonly at: string | null;
}
