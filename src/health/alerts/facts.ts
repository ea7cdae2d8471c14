/** What rules of alerts look at: one agent, or the machine, at one moment. Gathering it is daemon/alerts/. */
import type { Agent } from '../../core/agent.ts';
import type { Growth } from '../../core/history.ts';

export interface AgentFacts {
  readonly agent: Pick<Agent, 'name' | 'state' | 'reason' | 'health' | 'activity' | 'resources' | 'limits' | 'cost'>;
  /** Its process runs. */
  readonly isRunning: boolean;
  readonly uptimeMs: number | null;
  /** Since it last printed something; null where that is not known. */
  readonly silentForMs: number | null;
  /** How its memory grows, where it does so steadily. */
  readonly growth: Growth | null;
  /** Restarts that the supervisor made by itself within that time. */
  restartsWithin(ms: number): number;
}

export interface MachineFacts {
  /** Of the file system that holds the home. */
  readonly diskUsedPercent: number | null;
  readonly diskFreeBytes: number | null;
}

/** Metrics of the machine: their alerts are about no agent. */
export const MACHINE_METRICS: readonly string[] = ['disk'];
