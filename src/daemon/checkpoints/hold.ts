/**
 * Holds an agent still for the moment in which its files are read. It is let go on in every case: a small process
 * that holds our pipe continues it when we die in between.
 */
import { spawn } from 'node:child_process';
import { isRunning } from '../../core/state.ts';
import { signalGroup, signalProcess } from '../../system/signals.ts';
import type { Halts } from '../halts.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Marks } from '../marks.ts';

/** Reads until the pipe closes, then continues what it was given: groups are negative, which dash takes only behind -s. */
const GUARD = 'while read -r _; do :; done; kill -s CONT -- "$@" 2>/dev/null';

interface Holding {
  readonly marks: Marks;
  readonly halts: Halts;
}

/** Runs `work` while the agent stands still. One that does not run, or that somebody paused, is left as it is. */
export async function whileHeld<T>(agent: ManagedAgent, { marks, halts }: Holding, work: () => Promise<T>): Promise<T> {
  if (isToHold(agent)) await halts.settled(agent);
  const { process: root } = agent.record;
  if (root === null || !isToHold(agent)) return work();
  const marked = marks.fresh().get(agent.spec.name) ?? [];
  const outside = marked.filter(({ pgid }) => pgid !== root.pgid);
  const signalAll = (signal: 'SIGSTOP' | 'SIGCONT'): void => {
    signalGroup(root, signal, marked);
    for (const one of outside) signalProcess(one, signal);
  };
  const guard = spawn('sh', ['-c', GUARD, 'sh', `-${root.pgid}`, ...outside.map(({ pid }) => String(pid))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    cwd: '/',
    detached: true,
  });
  guard.on('error', () => {});
  guard.stdin.on('error', () => {});
  agent.isHeld = true;
  if (guard.pid !== undefined) signalAll('SIGSTOP');
  try {
    return await work();
  } finally {
    signalAll('SIGCONT');
    agent.isHeld = false;
    guard.stdin.end();
  }
}

function isToHold({ record, isHeld }: ManagedAgent): boolean {
  return record.process !== null && isRunning(record.state) && record.state !== 'paused' && record.throttled !== true && !isHeld;
}
