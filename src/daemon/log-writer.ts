/** The process that writes an agent's log (`cat`, started by tmux's pipe-pane), if it is proven to be that. */
import fs from 'node:fs';
import { runPaths, type HomePaths } from '../config/paths.ts';
import type { Identity } from '../system/identity.ts';
import { readStat } from '../system/process-table.ts';

export function logWriter(paths: HomePaths, agent: string, tmuxPid: number): Identity | null {
  let pid: number;
  try {
    pid = Number(fs.readFileSync(runPaths(paths, agent).logPid, 'utf8'));
  } catch {
    return null;
  }
  const stat = pid > 1 ? readStat(pid) : 'gone';
  return typeof stat === 'object' && stat.ppid === tmuxPid ? { pid, startTime: stat.startTime } : null;
}
