/**
 * One agent as the daemon holds it: its specification, what is stored of its life, and what only a running daemon
 * knows. Shapes and the AGENT document; every change goes through registry.ts.
 */
import type { Mind } from '../agents/claude/mind.ts';
import type { Activity } from '../core/activity.ts';
import { NO_RESOURCES, type Agent, type AgentSpec, type Resources } from '../core/agent.ts';
import { budgetState } from '../core/budget.ts';
import type { End, EndKind } from '../core/end.ts';
import type { Controller } from '../core/kernel-limits.ts';
import { isProbed, type HealthStatus } from '../core/health.ts';
import type { Outage } from '../core/outage-policy.ts';
import type { Judgement } from '../core/recovery.ts';
import { NO_RESTARTS, type RestartMemory } from '../core/restart-policy.ts';
import { isRunning, type State } from '../core/state.ts';
import { effectiveSpec } from './recovery/effective-spec.ts';
import type { Identity } from '../system/identity.ts';

/** The process of one generation. `bootId` tells a record from before a reboot from one of today. */
export interface RunningProcess {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat; 0 where that is not known. */
  readonly startTime: number;
  readonly pgid: number;
  readonly generation: number;
  readonly startedAt: string;
  readonly bootId: string;
}

/** The control group in which the kernel holds an agent to its limits. */
export interface AgentCgroup {
  readonly folder: string;
  readonly controllers: readonly Controller[];
  /** Kills for want of memory that it had counted before this generation. */
  readonly killsBefore: number;
}

interface Verdict {
  readonly at: string;
  /** Absent in records of earlier versions. */
  readonly action?: Judgement['action'];
  readonly reason: string;
}

/** What the user last asked for: it decides what follows when a process ends. */
type Wish = 'run' | 'stop';

/** What survives the daemon. Stored as one JSON document a row. */
export interface AgentRecord {
  id: string;
  createdAt: string;
  state: State;
  reason: string;
  since: string;
  wish: Wish;
  /** Of the latest start, or of the one being made. */
  generation: number;
  restarts: number;
  process: RunningProcess | null;
  startedAt: string | null;
  /** The shell in the pane that started the process and waits for its end. */
  wrapper: Identity | null;
  pane: string | null;
  exit: End | null;
  /** When the restarts that still count were decided (ISO 8601), and how many followed one another. */
  restartedAt: string[];
  restartsInARow: number;
  /** Newest first. */
  verdicts: Verdict[];
  sessionId: string | null;
  /** When it starts again (ISO 8601) while it waits for that: after a back-off, or for a limit to be reset. */
  startsAt?: string | null;
  /** True while what it waits for is the reset of a usage limit. */
  parked?: boolean;
  /** Rungs of the ladder that were climbed (core/recovery.ts). */
  rolledBack?: boolean;
  /** Its processes are stopped for a part of the time. */
  throttled?: boolean;
  /** Absent or null where samples hold it to its limits. */
  cgroup?: AgentCgroup | null;
  /** What the writer of its log (by its start time) had been given before this generation. */
  printedBefore?: { readonly generation: number; readonly writer: number; readonly bytes: number };
  failedOver?: boolean;
  /** Hook calls that were acted upon and whose files may still be there. */
  hooksTaken?: string[];
  /** What is known of its Claude Code session. */
  mind?: Mind;
  /** Conversations that it was in before (`/clear`, a fork), the latest first. */
  earlierSessions?: string[];
  /** Its last start was given a prompt. */
  promptGiven?: boolean;
  /** Its last start resumed a conversation. */
  resumes?: boolean;
  /** What was told of which budget: said once. */
  budgetTold?: { readonly usd: number; readonly what: 'warned' | 'exceeded' };
  /** ISO 8601: until then a usage limit holds it. */
  limitedUntil?: string | null;
}

export interface Health {
  readonly status: HealthStatus;
  readonly failures: number;
  readonly lastOkAt: string | null;
  readonly responseMs: number | null;
  readonly reason: string | null;
}

interface Ending {
  readonly kind: EndKind;
  readonly detail?: string;
  /** As in End. */
  readonly until?: string;
  /** Not the agent's doing: judged by outage-policy.ts. */
  readonly outage?: Outage;
  /** It is not to be run again, whatever the policy says. */
  readonly isFinal?: true;
}

export interface ManagedAgent {
  spec: AgentSpec;
  readonly record: AgentRecord;
  /** The policy's memory in monotonic time; `record.restartedAt` is its stored form. */
  memory: RestartMemory;
  /** When the process started, monotonic; null while none runs. */
  startedAtMs: number | null;
  resources: Resources | null;
  /** All of its tree at the last sample, by pid. */
  processes: readonly number[];
  /** Its processes that used CPU lately, where its CPU is limited. */
  busy: readonly Identity[];
  health: Health;
  activity: Activity;
  /** What was counted so far. */
  cost: Agent['cost'];
  /** Why the process is being ended by us, where it is: becomes the kind of its end. */
  ending: Ending | null;
  /** Cancels the start that waits for its back-off or its turn. */
  cancelRestart: (() => void) | null;
  /** Its last words are on their way to the log; its pane has to stay until then. */
  draining: Promise<void> | null;
  /** Looks in a row at which the process was gone and nobody had reported its end. */
  unseen: number;
  /** Looks in a row at which it was stopped or ran against its state: a signal just sent may not have arrived. */
  otherwise: number;
  /** Stopped by us for a moment: no state follows from it. */
  isHeld?: boolean;
}

export const VERDICTS_KEPT = 10;

/** Of a program that nobody understands. */
const NOT_REPORTED: Activity = { status: 'unknown', evidence: 'nothing reports it', at: null, detail: null, source: 'none', until: null };

export function newRecord(id: string, at: string): AgentRecord {
  return {
    id,
    createdAt: at,
    state: 'created',
    reason: 'defined',
    since: at,
    wish: 'run',
    generation: 0,
    restarts: 0,
    process: null,
    startedAt: null,
    wrapper: null,
    pane: null,
    exit: null,
    restartedAt: [],
    restartsInARow: 0,
    verdicts: [],
    sessionId: null,
  };
}

export function manage(spec: AgentSpec, record: AgentRecord): ManagedAgent {
  const probed = isProbed(spec.health);
  return {
    spec,
    record,
    memory: NO_RESTARTS,
    startedAtMs: null,
    resources: null,
    processes: [],
    busy: [],
    health: { status: probed ? 'starting' : 'none', failures: 0, lastOkAt: null, responseMs: null, reason: null },
    activity: NOT_REPORTED,
    cost: { usd: 0, inputTokens: 0, outputTokens: 0 },
    ending: null,
    cancelRestart: null,
    draining: null,
    unseen: 0,
    otherwise: 0,
  };
}

/** Of one that does not run, nobody knows. */
export function shownHealth({ record, health }: ManagedAgent): Agent['health'] {
  return isRunning(record.state) || record.state === 'terminating' || health.status === 'none' ? health : { ...health, status: 'unknown' };
}

export function shownActivity({ record, activity }: ManagedAgent): Agent['activity'] {
  return record.parked === true && record.state === 'spawning' ? { status: 'limited', evidence: record.reason, at: record.since } : activity;
}

export function shownResources({ record, resources }: ManagedAgent): Agent['resources'] {
  return (record.process && resources) ?? NO_RESOURCES;
}

/** The AGENT document. Never holds an environment value. */
export function toAgent(agent: ManagedAgent): Agent {
  const { spec, record, cost } = agent;
  const { process } = record;
  return {
    id: record.id,
    name: spec.name,
    type: spec.type,
    project: spec.project,
    labels: spec.labels,
    capabilities: spec.capabilities,
    state: record.state,
    reason: record.reason,
    since: record.since,
    generation: record.generation,
    pid: process?.pid ?? null,
    pgid: process?.pgid ?? null,
    session: record.pane === null ? null : spec.name,
    pane: record.pane,
    cwd: spec.cwd,
    command: effectiveSpec({ spec, record }).command,
    restarts: record.restarts,
    exit: record.exit && exitOf(record.exit),
    health: shownHealth(agent),
    activity: shownActivity(agent),
    resources: shownResources(agent),
    limits: spec.limits,
    cost,
    ...(spec.budgetUsd === undefined ? {} : { budget: budgetState(spec.budgetUsd, cost.usd) }),
    sessionId: record.sessionId,
    worktree: spec.place?.path ?? null,
    declaredAs: spec.declaredAs,
    createdAt: record.createdAt,
    startedAt: record.startedAt,
  };
}

function exitOf({ kind, code, signal, at }: End): NonNullable<Agent['exit']> {
  return { kind, code, signal, at };
}
