/** `resources`: the machine, what agents use of it, and how many more would fit. */
import fs from 'node:fs';
import os from 'node:os';
import type { ResourcesReply } from '../../core/protocol.ts';
import type { Daemon } from './context.ts';

/** What an agent takes where none runs yet to measure: about a Claude Code session. */
const USUAL_RSS_BYTES = 220 * 2 ** 20;
/** Of the available memory, this part is left to the rest of the machine. */
const KEPT_FREE = 0.1;
const PTYS_AN_AGENT = 2;

export async function resources({ registry, watch, paths, kernelLimits }: Daemon): Promise<ResourcesReply> {
  watch.sample();
  const running = registry.all().flatMap(({ record, resources: used }) => (record.process && used ? [used] : []));
  const used = {
    agents: running.length,
    processes: sum(running.map(({ processes }) => processes)),
    rssBytes: sum(running.map(({ rssBytes }) => rssBytes)),
    cpuPercent: sum(running.map(({ cpuPercent }) => cpuPercent ?? 0)),
  };
  const disk = fs.statfsSync(paths.home);
  const machine = {
    cores: os.availableParallelism(),
    load1: os.loadavg()[0] ?? 0,
    memoryBytes: os.totalmem(),
    memoryAvailableBytes: process.availableMemory(),
    homeFreeBytes: disk.bavail * disk.bsize,
    ptysFree: ptysFree(),
  };
  return { machine, used, ...(await kernelLimits.mechanism()), admits: admits(machine, used) };
}

function admits(machine: ResourcesReply['machine'], used: ResourcesReply['used']): ResourcesReply['admits'] {
  const each = used.agents > 0 ? Math.max(1, used.rssBytes / used.agents) : USUAL_RSS_BYTES;
  const byMemory = Math.floor((machine.memoryAvailableBytes * (1 - KEPT_FREE)) / each);
  const byPtys = machine.ptysFree === null ? Infinity : Math.floor(machine.ptysFree / PTYS_AN_AGENT);
  return byPtys < byMemory ? { agents: byPtys, bound: 'terminals (ptys)' } : { agents: byMemory, bound: 'memory' };
}

function ptysFree(): number | null {
  try {
    const read = (name: string): number => Number(fs.readFileSync(`/proc/sys/kernel/pty/${name}`, 'utf8'));
    return read('max') - read('nr');
  } catch {
    return null;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
