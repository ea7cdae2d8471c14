/** Every default of muxward, with its unit and its reason. `config.yaml` and flags override them. */

/** Between SIGTERM and SIGKILL. Claude Code with a tool running takes 3.5 s to end by itself. */
export const STOP_GRACE_MS = 10_000;

/** Liveness of every agent: is it there; identity, zombie and stop of at most a few at a time (daemon/look-turns.ts). */
export const LIVENESS_EVERY_MS = 1000;

/** CPU and memory of whole trees while nobody watches; each second while somebody does. */
export const SAMPLE_EVERY_MS = 10_000;

/** A log is rotated above this size, and this many old ones are kept: an agent that floods is bounded by their product. */
export const LOG_MAX_BYTES = 10 * 2 ** 20;
export const LOG_KEEP = 3;

/** Lines of scrollback a pane keeps: a full one costs 1.2 MB at 2000. Logs belong in files. */
export const SCROLLBACK_LINES = 2000;

/** A probe or a tmux query that takes longer than this is *unknown*, never *dead*. */
export const TMUX_TIMEOUT_MS = 10_000;

/** How long a spawned process may take to report that it runs. */
export const SPAWN_TIMEOUT_MS = 30_000;

export const HEALTH_INTERVAL_MS = 30_000;

/** Rows of samples kept of all agents together, about 100 bytes each. */
export const HISTORY_ROWS = 500_000;

/** Events kept in the audit trail. */
export const EVENTS_KEPT = 100_000;

export const TERMINAL_SIZE = { columns: 200, rows: 50 } as const;

/** Checkpoints of one agent that are kept: so many, this long, and of this size together. */
export const CHECKPOINTS_KEPT = 50;
export const CHECKPOINT_KEPT_MS = 30 * 86_400_000;
export const CHECKPOINTS_MAX_BYTES = 2 * 2 ** 30;

/** A larger file is told in the checkpoint, and not saved: compressing one takes a second for each 50 MB. */
export const CHECKPOINT_MAX_FILE_BYTES = 100 * 2 ** 20;

/** What is new in one checkpoint, together: more is most likely something that can be made again. */
export const CHECKPOINT_MAX_NEW_BYTES = 2 * 2 ** 30;

/** Tasks that are over, kept with their results and logs. */
export const TASKS_KEPT = 1000;

/** The oldest tmux that knows all that is used: `-f` flags of clients, `source-file` from a control client. */
export const TMUX_MINIMUM = '3.2';

/** A hook's command is killed after this long: a notification that hangs must not pile up. */
export const HOOK_TIMEOUT_MS = 10_000;
