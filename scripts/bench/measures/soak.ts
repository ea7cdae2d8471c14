/**
 * Agents that crash at random for a long time: what the daemon's memory does in the second half, and whether files,
 * processes, sessions or timers are left over at the end.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { pause, type Bench } from '../bench.ts';
import type { Line } from '../line.ts';
import { findMarked } from '../marked-processes.ts';
import { median } from '../stats.ts';
import { runOrThrow } from '../timed-command.ts';

const AGENTS = 100;
const SAMPLE_EVERY_MS = 2000;
/** What is on its way out when the last agent has crashed. */
const SETTLE_MS = 15_000;
const LOOKS_AT_TIMERS = 10;
const SETTINGS = 'restart: {base_delay: 100ms, max_delay: 1s, window: 1s, stable_after: 1s}\n';

export async function measureSoak(bench: Bench): Promise<Line[]> {
  const { muxward, scratch, options } = bench;
  fs.writeFileSync(path.join(muxward.folder, 'config.yaml'), SETTINGS, { mode: 0o600 });
  await muxward.warmUp();
  const go = path.join(scratch.folder, 'go');
  const crash = `while [ -e ${go} ]; do sleep $(($$ % 4)).$(($$ % 10)); [ $(($$ % 3)) = 0 ] && kill -9 $$; exit 1; done; exec sleep 100000`;
  await runOrThrow(scratch, muxward.run('spawn', 's', '--count', String(AGENTS), '--max-restarts', '1000', '--', 'sh', '-c', crash));
  const daemon = await daemonPid(bench);
  await pause(SETTLE_MS);
  const before = await held(bench, daemon);
  fs.writeFileSync(go, '');
  await runOrThrow(scratch, muxward.run('restart', '--all'));
  const rss = await sampleFor(daemon, options.soakMs);
  fs.rmSync(go);
  await pause(SETTLE_MS);
  const after = await held(bench, daemon);
  const restarts = await restartsOf(bench);
  await muxward.end();
  fs.rmSync(path.join(muxward.folder, 'config.yaml'), { force: true });
  return lines(rss, before, after, restarts, options.soakMs);
}

interface Held {
  readonly files: number;
  readonly processes: number;
  readonly sessions: number;
  readonly timers: number;
}

function lines(rss: readonly number[], before: Held, after: Held, restarts: number, soakMs: number): Line[] {
  const among = `${AGENTS} agents crash for ${soakMs / 1000} s`;
  const value = (what: string, unit: Line['unit'], muxward: number, bars: Line['bars'] = []): Line => ({ what: `${among}: ${what}`, unit, values: { muxward }, bars });
  return [
    value('restarts', '', restarts),
    value('RSS of the daemon at the end', 'MB', (rss.at(-1) ?? 0) / 1e6),
    value('growth in the second half', 'MB', growthOfSecondHalf(rss) / 1e6, [{ kind: 'value', below: 1 }]),
    value('open files left over', '', Math.max(0, after.files - before.files), [{ kind: 'none' }]),
    value('processes left over', '', Math.max(0, after.processes - before.processes), [{ kind: 'none' }]),
    value('sessions left over', '', Math.max(0, after.sessions - before.sessions), [{ kind: 'none' }]),
    value('timers left over', '', Math.max(0, after.timers - before.timers), [{ kind: 'none' }]),
  ];
}

/** Between the medians of its first and its last third, carried on to its whole length: a collector's saw teeth vanish in them. */
export function growthOfSecondHalf(samples: readonly number[]): number {
  const half = samples.slice(Math.floor(samples.length / 2));
  const third = Math.max(1, Math.floor(half.length / 3));
  return (median(half.slice(-third)) - median(half.slice(0, third))) * 1.5;
}

async function sampleFor(pid: number, ms: number): Promise<number[]> {
  const samples: number[] = [];
  const endsAtMs = performance.now() + ms;
  while (performance.now() < endsAtMs) {
    await pause(SAMPLE_EVERY_MS);
    const status = fs.readFileSync(`/proc/${pid}/status`, 'latin1');
    samples.push(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024);
  }
  return samples;
}

async function held(bench: Bench, daemon: number): Promise<Held> {
  const { folder } = bench.muxward;
  const socket = path.join(folder, 'tmux.sock');
  const sessions = execFileSync('tmux', ['-S', socket, 'list-sessions', '-F', '#{session_name}'], { encoding: 'utf8' });
  return { files: fs.readdirSync(`/proc/${daemon}/fd`).length, processes: findMarked(folder).length, sessions: sessions.trim().split('\n').length, timers: await timersOf(bench) };
}

/** The least of some looks: one that is about to end is none that was left over. */
async function timersOf({ scratch, muxward }: Bench): Promise<number> {
  const counts: number[] = [];
  for (let n = 0; n < LOOKS_AT_TIMERS; n += 1) {
    counts.push((JSON.parse((await runOrThrow(scratch, muxward.run('daemon', 'status', '--json'))).stdout()) as { timers: number }).timers);
  }
  return Math.min(...counts);
}

interface Status {
  readonly agents: readonly { readonly restarts: number }[];
  readonly daemon: { readonly pid: number };
}

async function status({ scratch, muxward }: Bench): Promise<Status> {
  return JSON.parse((await runOrThrow(scratch, muxward.run('status', '--json'))).stdout()) as Status;
}

async function daemonPid(bench: Bench): Promise<number> {
  return (await status(bench)).daemon.pid;
}

async function restartsOf(bench: Bench): Promise<number> {
  return (await status(bench)).agents.reduce((sum, { restarts }) => sum + restarts, 0);
}
