/**
 * What agents cost while nothing happens: CPU and memory of every process but the agents' own. Each program is
 * alone while it is watched, since muxward and pm2 also look at processes that are not theirs.
 */
import fs from 'node:fs';
import os from 'node:os';
import { pause, startMany, type Bench } from '../bench.ts';
import type { Line } from '../line.ts';
import { findMarked } from '../marked-processes.ts';
import type { Peer } from '../peers/peer.ts';
import { cpuBetweenMs, pssAloneBytes, pssBytes, readCpu } from '../process-cost.ts';

const LARGE = 1000;
const SETTLE_MS = 5000;
const LARGE_NEEDS_BYTES = 2e9;
/** How much more an agent may cost among 1,000 than among 200. */
const MOST_GROWTH = 1.3;

interface Cost {
  readonly cpuMsPerSecond: number;
  readonly pssMegabytes: number;
  readonly pssAloneMegabytes: number;
  readonly processes: number;
}

export async function measureIdle(bench: Bench): Promise<Line[]> {
  const { muxward, tmux, pm2, options } = bench;
  const [none, some] = await watchGrowing(bench, muxward, options.agents);
  const [, ofPm2] = await watchGrowing(bench, pm2, options.agents);
  const [, ofTmux] = await watchGrowing(bench, tmux, options.agents);
  const among = `idle with ${options.agents} agents`;
  const lines: Line[] = [
    line('idle without agents', 'CPU', 'ms/s', { muxward: none.cpuMsPerSecond }),
    line('idle without agents', 'PSS', 'MB', { muxward: none.pssMegabytes }),
    {
      ...line(among, 'CPU', 'ms/s', {
        muxward: some.cpuMsPerSecond,
        pm2: ofPm2.cpuMsPerSecond,
        tmux: ofTmux.cpuMsPerSecond,
      }),
      bars: [{ kind: 'value', below: 10 }],
    },
    {
      ...line(among, 'PSS', 'MB', {
        muxward: some.pssMegabytes,
        pm2: ofPm2.pssMegabytes,
        tmux: ofTmux.pssMegabytes,
      }),
      bars: [{ kind: 'value', below: 110 }],
    },
    line(among, 'PSS, were it the only Node', 'MB', { muxward: some.pssAloneMegabytes, pm2: ofPm2.pssAloneMegabytes }),
    line(among, 'processes', '', { muxward: some.processes, pm2: ofPm2.processes, tmux: ofTmux.processes }),
  ];
  if (!wantsLarge(options.large)) return lines;
  const [, many] = await watchGrowing(bench, muxward, LARGE);
  return [...lines, ...growth(none, some, options.agents, many)];
}

/** Its cost before there are agents, and with them. */
async function watchGrowing(bench: Bench, peer: Peer, count: number): Promise<[none: Cost, some: Cost]> {
  await peer.warmUp();
  const none = await watch(bench, peer, 0);
  await startMany(bench, peer, count);
  const some = await watch(bench, peer, count);
  await peer.end();
  return [none, some];
}

async function watch(bench: Bench, peer: Peer, count: number): Promise<Cost> {
  await pause(SETTLE_MS);
  const agents = new Set(peer.ids(count).map((id) => bench.reports.last(id)?.pid));
  const ofPeer = (): number[] => findMarked(peer.folder).filter((pid) => !agents.has(pid));
  const before = readCpu(ofPeer());
  const fromMs = performance.now();
  await pause(bench.options.idleMs);
  const seconds = (performance.now() - fromMs) / 1000;
  const pids = ofPeer();
  const cpuMs = cpuBetweenMs(before, readCpu(pids));
  return { cpuMsPerSecond: cpuMs / seconds, pssMegabytes: pssBytes(pids) / 1e6, pssAloneMegabytes: pssAloneBytes(pids) / 1e6, processes: pids.length };
}

/** Per agent, above what the program costs without any. */
function growth(none: Cost, some: Cost, count: number, many: Cost): Line[] {
  const perAgent = (pick: (cost: Cost) => number, cost: Cost, of: number): number =>
    (pick(cost) - pick(none)) / of;
  const ratio = (pick: (cost: Cost) => number): number =>
    perAgent(pick, many, LARGE) / perAgent(pick, some, count);
  const among = `idle with ${LARGE} agents`;
  const compared = `per agent, of that with ${count}`;
  const cpu = (cost: Cost): number => cost.cpuMsPerSecond;
  const pss = (cost: Cost): number => cost.pssMegabytes;
  return [
    line(among, 'CPU', 'ms/s', { muxward: many.cpuMsPerSecond }),
    line(among, 'PSS', 'MB', { muxward: many.pssMegabytes }),
    {
      ...line(among, `CPU ${compared}`, 'times', { muxward: ratio(cpu) }),
      bars: [{ kind: 'value', below: MOST_GROWTH }],
    },
    {
      ...line(among, `PSS ${compared}`, 'times', { muxward: ratio(pss) }),
      bars: [{ kind: 'value', below: MOST_GROWTH }],
    },
  ];
}

function line(among: string, what: string, unit: Line['unit'], values: Line['values']): Line {
  return { what: `${among}: ${what}`, unit, values, bars: [] };
}

function wantsLarge(asked: boolean | undefined): boolean {
  if (asked !== undefined) return asked;
  const isEnough = os.freemem() > LARGE_NEEDS_BYTES && freePtys() > LARGE * 1.1;
  if (!isEnough)
    process.stderr.write(`idle with ${LARGE} agents is left out: too little memory or too few ptys here\n`);
  return isEnough;
}

function freePtys(): number {
  const [max, used] = ['max', 'nr'].map((name) =>
    Number(fs.readFileSync(`/proc/sys/kernel/pty/${name}`, 'utf8')),
  );
  return (max ?? 0) - (used ?? 0);
}
