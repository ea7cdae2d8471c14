/**
 * Hears what wrappers report, and hands it on. An end whose last words count is held until they are in its log, and starts
 * of a rush until that is over; an end never waits for a rush.
 */
import { parseWrapperReport, type WrapperReport } from '../core/wrapper-report.ts';
import { openReports, type Reports } from '../system/fifo-reader.ts';
import type { ClaudeAgents } from './claude/claude-agents.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';
import { MANY_STARTS, type Rush } from './rush.ts';

export interface Hearers {
  readonly lifecycle: Lifecycle;
  readonly claude: ClaudeAgents;
  readonly rush: Rush;
}

/** @throws MuxwardError `storage` where there can be no FIFO */
export function hearReports(fifo: string, { lifecycle, claude, rush }: Hearers, registry: Registry): Reports {
  /** Starts of a rush, by agent. */
  const held = new Map<string, WrapperReport>();
  const tell = (report: WrapperReport): void => {
    held.delete(report.agent);
    const said = claude.starts.holdEnd(report);
    if (said) void said.finally(() => lifecycle.onReport(report));
    else lifecycle.onReport(report);
  };
  const tellHeld = (): void => {
    for (const report of held.values()) tell(report);
  };
  const hear = (line: string): void => {
    const report = parseWrapperReport(line);
    if (!report) return;
    if (report.kind === 'started' && rush.has(report.agent)) {
      if (held.size === 0) rush.afterwards(tellHeld);
      held.set(report.agent, report);
      rush.settled(report.agent);
      return;
    }
    rush.settled(report.agent);
    const start = held.get(report.agent);
    if (start) tell(start);
    tell(report);
  };
  return openReports(fifo, hear, () => rush.isOn || areManyStarting(registry));
}

/** Then waking for each one's report would take the machine from the others. */
function areManyStarting(registry: Registry): boolean {
  const isStarting = ({ record, cancelRestart }: ManagedAgent): boolean => record.state === 'spawning' && cancelRestart === null;
  return registry.all().filter(isStarting).length >= MANY_STARTS;
}
