/**
 * What an agent is: the specification a user gives, and the AGENT document that `status --json`, `inspect`
 * and the API show. Only shapes; behaviour is in state.ts, restart-policy.ts and the daemon.
 */
import type { AgentAlertRule } from './alert.ts';
import type { Activity, Witness } from './activity.ts';
import type { CheckpointPlan } from './checkpoint.ts';
import type { BudgetState } from './budget.ts';
import type { End } from './end.ts';
import type { CheckReport, HealthSpec, HealthStatus } from './health.ts';
import type { HookSpec } from './hook.ts';
import type { Limits } from './limits.ts';
import type { Judgement, RecoverySettings } from './recovery.ts';
import type { RestartSettings } from './restart-policy.ts';
import type { State } from './state.ts';
import type { WorktreePlace, WorktreeWish } from './worktree.ts';

/** Everything needed to start an agent, now or after a reboot. Kept in the state and in `run/<agent>/spec.json`. */
export interface AgentSpec {
  readonly name: string;
  /** A type of `src/agents/`: `worker`, `claude-code`, `monitor`, or a terminal template's name. */
  readonly type: string;
  readonly project: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** Program and arguments; the program is absolute, as found on the caller's PATH. Empty where the type supplies it. */
  readonly command: readonly string[];
  /** The whole environment of the agent's process but for MUXWARD_*, TERM and what tmux sets. Values are secret. */
  readonly env: Readonly<Record<string, string>>;
  /** File mode creation mask of the caller. */
  readonly umask: number;
  readonly prompt: string | null;
  readonly model: string | null;
  readonly permissionMode: string | null;
  readonly role: string | null;
  readonly restart: RestartSettings;
  readonly health: HealthSpec;
  /** What follows ends beyond restarts; as by default where absent. */
  readonly recovery?: RecoverySettings;
  readonly limits: Limits;
  /** Hash of the `muxward.yaml` entry this came from: `up` restarts an agent only when it changed. */
  readonly declaredAs: string | null;
  /** Claude Code may work in this folder without asking whether it is trusted: the user said so. */
  readonly trust?: boolean;
  /** Rules of tools that Claude Code may use without asking: `Edit`, `Bash(npm test:*)`. */
  readonly allowedTools?: readonly string[];
  /** Files that name MCP servers; absolute. */
  readonly mcpConfigs?: readonly string[];
  /** The agent's own hooks, besides those of the user's settings. None where absent. */
  readonly hooks?: readonly HookSpec[];
  /** The agent's own rules of alerts, besides those of the user's settings. None where absent. */
  readonly alerts?: readonly AgentAlertRule[];
  /** A git worktree of its own; absent where it works in its folder as it is. */
  readonly worktree?: WorktreeWish;
  /** Where that worktree was made; `cwd` lies in it. */
  readonly place?: WorktreePlace;
  /** Paths from `cwd` that others who work there shall leave alone; see core/claim.ts. None where absent. */
  readonly claims?: readonly string[];
  /** When checkpoints are made by themselves; as the settings say where absent. */
  readonly checkpoint?: CheckpointPlan;
  /** Claude Code without its screen, a turn for each prompt. Interactive where absent. */
  readonly headless?: { readonly exitWhenDone: boolean };
  /** US dollars: warned at 80 %, paused at all of it. No bound where absent. */
  readonly budgetUsd?: number;
}

export interface Resources {
  /** Of one core: 150 is one and a half cores. Null before the second sample. */
  readonly cpuPercent: number | null;
  readonly rssBytes: number;
  readonly processes: number;
  readonly at: string;
}

/** Every field is null while it does not run, and until it is first looked at. */
export type ResourcesNow = Resources | { readonly [K in keyof Resources]: null };

export const NO_RESOURCES: ResourcesNow = { cpuPercent: null, rssBytes: null, processes: null, at: null };

/** One agent as the world sees it. Fields are only ever added. Times are ISO 8601 UTC. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly project: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly state: State;
  /** Why it is in this state, in words. */
  readonly reason: string;
  /** Since when it is in this state. */
  readonly since: string;
  /** Counts every start of a process, from 1; 0 before the first. */
  readonly generation: number;
  readonly pid: number | null;
  readonly pgid: number | null;
  /** The tmux session; null once it is gone. */
  readonly session: string | null;
  /** tmux's own id of the main pane, `%12`. */
  readonly pane: string | null;
  readonly cwd: string;
  readonly command: readonly string[];
  /** What the supervisor started again by itself. */
  readonly restarts: number;
  readonly exit: { readonly kind: End['kind']; readonly code: number | null; readonly signal: string | null; readonly at: string } | null;
  readonly health: {
    readonly status: HealthStatus;
    readonly failures: number;
    readonly lastOkAt: string | null;
    readonly responseMs: number | null;
    /** What is wrong in words, null where nothing is. */
    readonly reason?: string | null;
  };
  readonly activity: Activity;
  /** Null while no process runs or none was sampled yet. */
  readonly resources: ResourcesNow;
  readonly limits: Limits;
  /** `inputTokens` with those read from and written to the prompt cache. */
  readonly cost: { readonly usd: number; readonly inputTokens: number; readonly outputTokens: number };
  /** Absent where it may cost what it costs. */
  readonly budget?: BudgetState;
  readonly sessionId: string | null;
  /** Top of its git worktree; null where it works in its folder as it is. */
  readonly worktree: string | null;
  /** As in AgentSpec: null for an agent that no `muxward.yaml` declares. */
  readonly declaredAs: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
}

/** `inspect`: the agent and what `status` leaves out. Names of environment variables, never values. */
export interface AgentDetails extends Agent {
  readonly restartPolicy: RestartSettings;
  readonly healthProbe: HealthSpec;
  /** Its checks in the order startup, readiness, liveness, with what they have come to. */
  readonly checks: readonly CheckReport[];
  readonly recovery: { readonly on: RecoverySettings['on']; readonly rollBackAfter: number | null; readonly failover: readonly string[] | null; readonly failedOver: boolean };
  readonly environmentNames: readonly string[];
  readonly umask: string;
  readonly logPath: string;
  readonly runFolder: string;
  readonly wrapperPid: number | null;
  /** The last verdicts of the restart policy, newest first. */
  readonly verdicts: readonly { readonly at: string; readonly action?: Judgement['action']; readonly reason: string }[];
  readonly processes: readonly { readonly pid: number; readonly ppid: number; readonly command: string; readonly rssBytes: number }[];
  /** What others say of what it does; empty where there is nobody to ask. */
  readonly witnesses: readonly Witness[];
}
