/** Hears what wrappers report, and hands it on; an end whose last words count is held until they are in its log. */
import { parseWrapperReport } from '../core/wrapper-report.ts';
import { openReports, type Reports } from '../system/fifo-reader.ts';
import type { ClaudeAgents } from './claude/claude-agents.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { ManagedAgent } from './managed-agent.ts';
import type { Registry } from './registry.ts';

/** Where so many start together, waking for each one's report would take the machine from the others. */
const MANY_STARTS = 8;

/** @throws MuxwardError `storage` where there can be no FIFO */
export function hearReports(fifo: string, { lifecycle, claude }: { readonly lifecycle: Lifecycle; readonly claude: ClaudeAgents }, registry: Registry): Reports {
  const hear = (line: string): void => {
    const report = parseWrapperReport(line);
    const held = report && claude.starts.holdEnd(report);
    if (held) void held.finally(() => lifecycle.onReport(report));
    else if (report) lifecycle.onReport(report);
  };
  return openReports(fifo, hear, () => areManyStarting(registry));
}

function areManyStarting(registry: Registry): boolean {
  const isStarting = ({ record, cancelRestart }: ManagedAgent): boolean => record.state === 'spawning' && cancelRestart === null;
  return registry.all().filter(isStarting).length >= MANY_STARTS;
}
