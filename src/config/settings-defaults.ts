/** What the user can set, and what holds where nothing is set. */
import type { AnswerRule } from '../core/answer-rules.ts';
import type { Limits } from '../core/limits.ts';
import type { CheckpointPlan, Retention } from '../core/checkpoint.ts';
import type { Price } from '../core/cost.ts';
import type { HookSpec } from '../core/hook.ts';
import { DEFAULT_RECOVERY, type RecoverySettings } from '../core/recovery.ts';
import { DEFAULT_RESTART, type RestartSettings } from '../core/restart-policy.ts';
import { DEFAULT_ALERTS, type AlertSettings } from './alerts/alert-settings.ts';
import * as defaults from './defaults.ts';

/** What holds for an agent of which neither a flag nor `muxward.yaml` says otherwise. */
export interface AgentDefaults {
  readonly restart: RestartSettings;
  readonly healthIntervalMs: number;
  readonly recovery: RecoverySettings;
  readonly limits: Limits;
  readonly model: string | null;
  readonly permissionMode: string | null;
}

export interface Settings {
  readonly agent: AgentDefaults;
  /** Between SIGTERM and SIGKILL. */
  readonly stopGraceMs: number;
  readonly spawnTimeoutMs: number;
  readonly livenessEveryMs: number;
  readonly sampleEveryMs: number;
  readonly log: { readonly maxBytes: number; readonly keep: number };
  readonly tmux: {
    readonly scrollbackLines: number;
    /** The prefix key, as tmux writes it; null leaves what templates/tmux.conf says. */
    readonly prefix: string | null;
    readonly columns: number;
    readonly rows: number;
    readonly timeoutMs: number;
  };
  readonly checkpoint: {
    /** For agents that have no plan of their own. */
    readonly plan: CheckpointPlan;
    readonly retention: Retention;
    readonly maxFileBytes: number;
    /** Of everything that is new in one checkpoint. */
    readonly maxNewBytes: number;
    /** Before and after each task of an agent. */
    readonly tasks: boolean;
  };
  readonly eventsKept: number;
  /** Where agents' worktrees are made: absolute, or from `~`; null for the home's own folder. */
  readonly worktrees: { readonly folder: string | null };
  /** What follows where two agents change the same lines in their worktrees. */
  readonly conflicts: 'report' | 'pause' | 'off';
  /** `auto`: by the kernel where it lets us. */
  readonly limitsBy: 'auto' | 'samples';
  /** The user's own prices, by name of a model. */
  readonly prices: Readonly<Record<string, Price>>;
  /** What answers permission questions of agents without the user. */
  readonly answers: readonly AnswerRule[];
  readonly hooks: readonly HookSpec[];
  readonly alerts: AlertSettings;
  /** Rows of samples kept of all agents together: the oldest go first. */
  readonly history: { readonly keepRows: number };
  /** How many run at once over all (null: as many as the machine has cores), and how many that are over are kept. */
  readonly tasks: { readonly maxParallel: number | null; readonly keep: number };
}

export const DEFAULT_SETTINGS: Settings = frozen({
  agent: {
    restart: DEFAULT_RESTART,
    healthIntervalMs: defaults.HEALTH_INTERVAL_MS,
    recovery: DEFAULT_RECOVERY,
    limits: { memoryBytes: null, cpu: null, timeoutMs: null, processes: null, outputBytes: null, actions: {} },
    model: null,
    permissionMode: null,
  },
  stopGraceMs: defaults.STOP_GRACE_MS,
  spawnTimeoutMs: defaults.SPAWN_TIMEOUT_MS,
  livenessEveryMs: defaults.LIVENESS_EVERY_MS,
  sampleEveryMs: defaults.SAMPLE_EVERY_MS,
  log: { maxBytes: defaults.LOG_MAX_BYTES, keep: defaults.LOG_KEEP },
  tmux: {
    scrollbackLines: defaults.SCROLLBACK_LINES,
    prefix: null,
    columns: defaults.TERMINAL_SIZE.columns,
    rows: defaults.TERMINAL_SIZE.rows,
    timeoutMs: defaults.TMUX_TIMEOUT_MS,
  },
  checkpoint: {
    plan: { everyMs: null, turns: null },
    retention: { keep: defaults.CHECKPOINTS_KEPT, maxAgeMs: defaults.CHECKPOINT_KEPT_MS, maxBytes: defaults.CHECKPOINTS_MAX_BYTES },
    maxFileBytes: defaults.CHECKPOINT_MAX_FILE_BYTES,
    maxNewBytes: defaults.CHECKPOINT_MAX_NEW_BYTES,
    tasks: true,
  },
  eventsKept: defaults.EVENTS_KEPT,
  worktrees: { folder: null },
  conflicts: 'report',
  limitsBy: 'auto',
  prices: {},
  answers: [],
  hooks: [],
  alerts: DEFAULT_ALERTS,
  history: { keepRows: defaults.HISTORY_ROWS },
  tasks: { maxParallel: null, keep: defaults.TASKS_KEPT },
});

/** The same value, which nobody can change any more, all the way down. */
export function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner as object);
  return Object.freeze(value);
}
