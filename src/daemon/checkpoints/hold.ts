/**
 * Holds an agent still for the moment in which its files are read. It is let go on in every case: a small process
 * that holds our pipe continues it when we die in between.
 */
import { spawn } from 'node:child_process';
import { isRunning } from '../../core/state.ts';
import { livenessOf } from '../../system/identity.ts';
import { signalGroup, signalProcess } from '../../system/signals.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Marks } from '../marks.ts';

/** Reads until the pipe closes, then continues what it was given: groups are negative, which dash takes only behind -s. */
const GUARD = 'while read -r _; do :; done; kill -s CONT -- "$@" 2>/dev/null';

/**
 * The wrapper's shell may still be answering an earlier stop (it looks every 0.3 s) and continue the agent for that:
 * whoever runs again is stopped again.
 */
const LOOK_EVERY_MS = 20;

/** Runs `work` while the agent stands still. One that does not run, or that somebody paused, is left as it is. */
export async function whileHeld<T>(agent: ManagedAgent, marks: Marks, work: () => Promise<T>): Promise<T> {
  const { process: root, state } = agent.record;
  if (root === null || !isRunning(state) || state === 'paused' || agent.record.throttled === true || agent.isHeld) return work();
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
  const isHolding = guard.pid !== undefined;
  if (isHolding) signalAll('SIGSTOP');
  const again = setInterval(() => {
    if (isHolding && livenessOf(root) === 'alive') signalAll('SIGSTOP');
  }, LOOK_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(again);
    signalAll('SIGCONT');
    agent.isHeld = false;
    guard.stdin.end();
  }
}
