/** The processes that write logs: `cat`, started by the tmux server's pipe-pane, each with its log as standard output. */
import fs from 'node:fs';
import type { Identity } from '../system/identity.ts';
import { scanProcesses } from '../system/process-table.ts';

/** By the path of the log; from one pass over all processes. Empty where there is no /proc: then nothing is stopped. */
export function logWriters(tmuxPid: number): Map<string, Identity> {
  const children = (scanProcesses() ?? []).filter(({ ppid, comm }) => ppid === tmuxPid && comm === 'cat');
  return new Map(
    children.flatMap(({ pid, startTime }) => {
      const log = standardOutputOf(pid);
      return log === undefined ? [] : [[log, { pid, startTime }] as const];
    }),
  );
}

function standardOutputOf(pid: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/${pid}/fd/1`);
  } catch {
    return undefined;
  }
}
