/**
 * The wire between clients (CLI, library, later dashboard and MCP) and the daemon: JSON over HTTP/1.1 on
 * `<home>/api.sock`. Each route is one entry of `Routes`, with what it takes and what it gives; errors are
 * `{error: {code, message, hint}}`. Routes that follow send one JSON document a line.
 */
import type { Agent, AgentDetails, AgentSpec } from './agent.ts';
import type { Alert, AlertRuleInfo, ChannelInfo, Delivery, Severity, Silence, TestOutcome } from './alert.ts';
import type { CheckpointDetails, CheckpointDiff, CheckpointView, RollbackPart, RollbackReply } from './checkpoint.ts';
import type { Claim, ClaimRequest } from './claim.ts';
import type { ConflictHunks, ConflictsReply, ResolveReply, ResolveRequest } from './conflict.ts';
import type { BudgetState } from './budget.ts';
import type { CostGroup, CostReport } from './cost-report.ts';
import type { ErrorBody } from './errors.ts';
import type { MuxwardEvent } from './event.ts';
import type { HistoryReply } from './history.ts';
import type { HeadlessResult } from './headless.ts';
import type { AnswerReply, InboxReply, Message, MessageContent, MessageState, MessageStats, SendRequest, Subscription } from './message.ts';
import type { AgentQuestion } from './question.ts';
import type { Selector } from './selector.ts';
import type { SubmitReply, SubmitRequest, Task, TaskList, TaskState } from './task.ts';
import type { TranscriptEntry } from './transcript.ts';
import type { WorktreeDiff, WorktreeInfo, WorktreeMerge, WorktreeRemoval } from './worktree.ts';

export interface DaemonInfo {
  readonly pid: number;
  readonly version: string;
  readonly uptimeMs: number;
}

export interface DaemonHealth extends DaemonInfo {
  /** Timers that wait in it: a number that grows without agents or work would be a leak. */
  readonly timers: number;
}

/** `status --json`. */
export interface StatusReply {
  readonly agents: readonly Agent[];
  readonly daemon: DaemonInfo;
}

/** Agents to start. All are checked before the first is started; `replace` restarts an agent whose spec changed (`up`). */
export interface SpawnRequest {
  readonly specs: readonly AgentSpec[];
  /** More agents like the last of `specs` but for their names: the environment of 200 is sent once. */
  readonly alsoNamed?: readonly string[];
  readonly replace?: boolean;
}

export const ACTIONS = ['start', 'stop', 'restart', 'pause', 'resume', 'interrupt', 'remove'] as const;
export type Action = (typeof ACTIONS)[number];

/** One action on all agents that the selector means. Replies when the effect is real on each. */
export interface ActRequest {
  readonly action: Action;
  readonly selector: Selector;
  /** `stop`, `restart`, `remove`: how long between SIGTERM and SIGKILL. Default 10 s. */
  readonly graceMs?: number;
  /** `stop`: SIGKILL at once. `remove`: stop first. */
  readonly force?: boolean;
  /** Say what would be done, do nothing. */
  readonly dryRun?: boolean;
}

export interface ActOutcome {
  readonly name: string;
  /** `unchanged`: it was already so. */
  readonly outcome: 'done' | 'unchanged' | 'failed';
  /** In words: "stopped (SIGTERM, 0.2 s)", "already paused". */
  readonly detail: string;
  readonly agent: Agent | null;
  readonly error?: ErrorBody;
}

export const WAIT_FOR = ['exit', 'ready', 'idle', 'healthy'] as const;

export interface WaitRequest {
  readonly selector: Selector;
  /** One of WAIT_FOR, or a state. Default `exit`. */
  readonly for: string;
  readonly timeoutMs: number | null;
}

/** Typed into the agent's terminal and, if `submit`, sent off with Enter. */
export interface InputRequest {
  readonly text: string;
  readonly submit: boolean;
  /** False: reply once it is typed, without waiting for proof that it was taken. Default true. */
  readonly wait?: boolean;
  /** Claude Code: the text is one of its commands (`/clear`), and meant as one. Default false: such a text is refused. */
  readonly command?: boolean;
}

/** tmux key names: `C-c`, `Escape`, `Up`, `a`. */
export interface KeysRequest {
  readonly keys: readonly string[];
}

export interface ScreenReply {
  readonly name: string;
  readonly text: string;
  readonly columns: number;
  readonly rows: number;
  readonly cursor: { readonly column: number; readonly row: number };
}

export interface AttachReply {
  readonly name: string;
  readonly session: string;
  /** tmux's socket for `tmux -S`. */
  readonly socket: string;
  /** What `attach` must run in window 1, null where that window is there already. */
  readonly windowIndex: number;
}

export interface ResourcesReply {
  readonly machine: {
    readonly cores: number;
    readonly load1: number;
    readonly memoryBytes: number;
    readonly memoryAvailableBytes: number;
    readonly homeFreeBytes: number;
    readonly ptysFree: number | null;
  };
  readonly used: { readonly agents: number; readonly processes: number; readonly rssBytes: number; readonly cpuPercent: number };
  /** How agents' limits are enforced here. */
  readonly limitsBy: 'cgroup' | 'samples';
  /** By which control groups, or why by none, in words. */
  readonly limitsWhy: string;
  /** How many more agents of the usual size would fit, and what runs out first. */
  readonly admits: { readonly agents: number; readonly bound: string };
}

export interface CleanupItem {
  readonly kind: 'session' | 'orphan' | 'file' | 'log' | 'worktree';
  readonly what: string;
  readonly why: string;
  readonly bytes?: number;
}

export interface CleanupReply {
  readonly dryRun: boolean;
  readonly items: readonly CleanupItem[];
}

/** `alerts rules`: what is watched for, and how it is told. */
export interface AlertRulesReply {
  readonly rules: readonly AlertRuleInfo[];
  readonly channels: readonly ChannelInfo[];
  readonly silences: readonly Silence[];
}

/** Newest first. `damaged`: manifests that cannot be believed. */
export interface CheckpointList {
  readonly checkpoints: readonly CheckpointView[];
  readonly damaged: readonly { readonly id: string; readonly agent: string }[];
}

/** None where all of it is as it was saved. */
export interface CheckpointFaults {
  readonly id: string;
  readonly agent: string;
  readonly faults: readonly string[];
}

/** Method and path of each route, what it takes (query `q` as JSON for GET, body otherwise) and what it gives. */
export interface Routes {
  'GET /healthz': { takes: undefined; gives: DaemonHealth };
  'GET /api/agents': { takes: Selector; gives: StatusReply };
  /** NDJSON: a StatusReply at once and then at most one a second, for as long as the client listens. */
  'GET /api/agents/watch': { takes: Selector; gives: StatusReply };
  'GET /api/agents/:name/history': { takes: { readonly since?: string }; gives: HistoryReply };
  'GET /api/agents/:name': { takes: undefined; gives: AgentDetails };
  'POST /api/agents': { takes: SpawnRequest; gives: { readonly agents: readonly Agent[] } };
  'POST /api/actions': { takes: ActRequest; gives: { readonly outcomes: readonly ActOutcome[] } };
  'POST /api/wait': { takes: WaitRequest; gives: { readonly agents: readonly Agent[]; readonly timedOut: boolean } };
  /** NDJSON: the last `limit` entries of the agent's conversation, then, where `follow`, what comes. */
  'GET /api/agents/:name/transcript': { takes: { readonly limit: number; readonly follow?: boolean }; gives: TranscriptEntry };
  'GET /api/agents/:name/budget': { takes: Record<never, never>; gives: { readonly budget: BudgetState | null } };
  'POST /api/agents/:name/budget': { takes: { readonly usd: number | null }; gives: { readonly budget: BudgetState | null } };
  'POST /api/agents/:name/claims': { takes: ClaimRequest; gives: Claim };
  'GET /api/agents/:name/result': { takes: Record<never, never>; gives: HeadlessResult };
  'POST /api/agents/:name/input': { takes: InputRequest; gives: { readonly proof: string } };
  'POST /api/agents/:name/keys': { takes: KeysRequest; gives: Record<never, never> };
  /** What it asks now; null where it asks nothing. */
  'GET /api/agents/:name/question': { takes: undefined; gives: { readonly name: string; readonly question: AgentQuestion | null } };
  /** Replies once the question is gone, with what was answered in words. */
  'POST /api/agents/:name/answer': { takes: { readonly words: readonly string[] }; gives: { readonly name: string; readonly answered: string } };
  'GET /api/agents/:name/screen': { takes: undefined; gives: ScreenReply };
  /** Makes sure that window 1 is there; `window` is `main`, `monitor` or `queue`. */
  'POST /api/agents/:name/attach': { takes: { readonly window: 'main' | 'monitor' | 'queue' }; gives: AttachReply };
  /** NDJSON where `follow`: what is stored since `since` (ISO 8601), then what happens. */
  'GET /api/events': {
    takes: { readonly agent?: string; readonly since?: string; readonly limit?: number; readonly follow?: boolean };
    gives: MuxwardEvent;
  };
  'GET /api/cost': { takes: { readonly by: CostGroup; readonly since?: string; readonly selector?: Selector }; gives: CostReport };
  'GET /api/resources': { takes: undefined; gives: ResourcesReply };
  'POST /api/cleanup': { takes: { readonly dryRun: boolean; readonly force: boolean }; gives: CleanupReply };
  'GET /api/alerts': { takes: { readonly all?: boolean }; gives: { readonly alerts: readonly Alert[] } };
  /** NDJSON: what is open, then every alert that is raised or changes. */
  'GET /api/alerts/watch': { takes: undefined; gives: Alert };
  'GET /api/alerts/rules': { takes: undefined; gives: AlertRulesReply };
  'GET /api/alerts/:id': { takes: undefined; gives: { readonly alert: Alert; readonly deliveries: readonly Delivery[] } };
  'POST /api/alerts': { takes: { readonly severity: Severity; readonly agent: string | null; readonly message: string }; gives: Alert };
  /** Tells one channel, or all, that this is a test, and waits for what they answer. */
  'POST /api/alerts/test': {
    takes: { readonly channel?: string; readonly message: string };
    gives: { readonly alert: Alert; readonly outcomes: readonly TestOutcome[] };
  };
  'POST /api/alerts/silences': { takes: { readonly rule: string | null; readonly agent: string | null; readonly forMs: number }; gives: Silence };
  'POST /api/alerts/silences/:id/end': { takes: undefined; gives: Silence };
  'POST /api/alerts/:id/ack': { takes: undefined; gives: Alert };
  'GET /api/worktrees': { takes: Selector; gives: { readonly worktrees: readonly WorktreeInfo[] } };
  'GET /api/worktrees/:name/diff': { takes: undefined; gives: WorktreeDiff };
  /** `into`: a branch, its base where absent. */
  'POST /api/worktrees/:name/merge': { takes: { readonly into?: string; readonly squash?: boolean; readonly message?: string }; gives: WorktreeMerge };
  'POST /api/worktrees/:name/remove': { takes: { readonly dryRun?: boolean }; gives: WorktreeRemoval };
  'GET /api/checkpoints': { takes: { readonly agent?: string }; gives: CheckpointList };
  'POST /api/checkpoints': {
    takes: { readonly agent: string; readonly message: string | null; readonly ignored: boolean };
    gives: CheckpointView;
  };
  'GET /api/checkpoints/:id': { takes: undefined; gives: CheckpointDetails };
  'GET /api/checkpoints/:id/diff': { takes: undefined; gives: CheckpointDiff };
  'POST /api/checkpoints/verify': { takes: { readonly id?: string }; gives: { readonly checkpoints: readonly CheckpointFaults[] } };
  'POST /api/checkpoints/prune': {
    takes: { readonly agent?: string; readonly keep?: number; readonly olderMs?: number; readonly dryRun: boolean };
    gives: { readonly dryRun: boolean; readonly removed: readonly CheckpointView[]; readonly freedBytes: number };
  };
  'POST /api/checkpoints/export': { takes: { readonly id: string; readonly file: string }; gives: { readonly file: string; readonly bytes: number } };
  'POST /api/checkpoints/import': { takes: { readonly file: string; readonly agent: string }; gives: CheckpointView };
  /** Without an id: the last good one. `undo`: to what the last rollback undid. */
  'POST /api/agents/:name/rollback': { takes: { readonly id?: string; readonly part: RollbackPart; readonly undo: boolean; readonly dryRun?: boolean }; gives: RollbackReply };
  'GET /api/tasks': { takes: { readonly state?: TaskState; readonly agent?: string; readonly run?: string }; gives: TaskList };
  'POST /api/tasks': { takes: SubmitRequest; gives: SubmitReply };
  /** Of the whole queue: nothing more starts. What runs goes on. */
  'POST /api/tasks/pause': { takes: Record<never, never>; gives: { readonly isPaused: boolean } };
  /** Of the whole queue; with ids or an agent those that are held are let go instead. */
  'POST /api/tasks/resume': { takes: { readonly ids?: readonly string[]; readonly agent?: string }; gives: { readonly isPaused: boolean; readonly released: readonly Task[] } };
  'GET /api/tasks/:id': { takes: undefined; gives: Task };
  /** NDJSON: the task as it is, then after each change, until it is over. */
  'GET /api/tasks/:id/watch': { takes: undefined; gives: Task };
  /** NDJSON: all tasks of the run of a plan, then those that have changed, each time, until all are over. */
  'GET /api/runs/:id/watch': { takes: undefined; gives: { readonly tasks: readonly Task[] } };
  /** Of a task, or of all that belong to the run of a plan. Replies when nothing of them runs any more. */
  'POST /api/tasks/:id/cancel': { takes: undefined; gives: { readonly tasks: readonly Task[] } };
  'POST /api/tasks/:id/retry': { takes: undefined; gives: Task };
  'POST /api/tasks/:id/progress': { takes: { readonly percent: number; readonly step: string | null }; gives: Task };
  'GET /api/claims': { takes: undefined; gives: { readonly claims: readonly Claim[] } };
  'GET /api/conflicts': { takes: undefined; gives: ConflictsReply };
  'GET /api/conflicts/:id': { takes: undefined; gives: ConflictHunks };
  'POST /api/conflicts/:id/resolve': { takes: ResolveRequest; gives: ResolveReply };
  'POST /api/messages': { takes: SendRequest; gives: Message };
  'POST /api/messages/broadcast': { takes: MessageContent & { readonly selector: Selector }; gives: { readonly broadcast: string; readonly messages: readonly Message[] } };
  'POST /api/messages/publish': { takes: MessageContent & { readonly topic: string }; gives: { readonly broadcast: string; readonly messages: readonly Message[] } };
  /** NDJSON: the newest `limit` that fit, oldest first. */
  'GET /api/messages': { takes: { readonly agent?: string; readonly since?: string; readonly state?: MessageState; readonly limit: number }; gives: Message };
  'GET /api/messages/stats': { takes: undefined; gives: MessageStats };
  'POST /api/messages/ack': { takes: { readonly ids: readonly string[] }; gives: { readonly messages: readonly Message[] } };
  /** `ids` null: all that are dead. */
  'POST /api/messages/dead': {
    takes: { readonly action: 'retry' | 'drop'; readonly ids: readonly string[] | null; readonly dryRun: boolean };
    gives: { readonly dryRun: boolean; readonly messages: readonly Message[] };
  };
  'GET /api/messages/:id': { takes: undefined; gives: Message };
  /** Replies once the message is answered, dead, or the time is over. */
  'GET /api/messages/:id/answer': { takes: { readonly timeoutMs: number | null }; gives: AnswerReply };
  /** Hands the inbox of an agent, or of `user`, over. */
  'POST /api/agents/:name/inbox': { takes: { readonly ack: boolean; readonly all: boolean }; gives: InboxReply };
  /** Replies once there is something in that inbox, or the time is over. */
  'GET /api/agents/:name/inbox/wait': { takes: { readonly timeoutMs: number | null }; gives: { readonly arrived: boolean } };
  'GET /api/subscriptions': { takes: undefined; gives: { readonly subscriptions: readonly Subscription[] } };
  'POST /api/agents/:name/subscribe': { takes: { readonly pattern: string }; gives: Subscription };
  /** All of it where `pattern` is null. */
  'POST /api/agents/:name/unsubscribe': { takes: { readonly pattern: string | null }; gives: { readonly subscriptions: readonly Subscription[] } };
  'POST /api/daemon/stop': { takes: { readonly agents: boolean }; gives: Record<never, never> };
}

export type Route = keyof Routes;
