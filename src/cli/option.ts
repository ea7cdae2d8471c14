/** The options of commands: how one is described, and which every command has. */

/** One option, in the notation of commander. */
export interface OptionSpec {
  /** `-n, --lines <n>`, `--follow`, `--no-wait`, `--worktree [branch]`. The long name in camelCase is its key. */
  readonly flags: string;
  readonly about: string;
  /** May be given several times: its values are collected in a list. */
  readonly many?: true;
}

/** Options that every command knows, before and after its name. */
export interface GlobalOptions {
  readonly home?: string;
  readonly json?: boolean;
  /** False after `--no-color`. */
  readonly color?: boolean;
  readonly quiet?: boolean;
}
