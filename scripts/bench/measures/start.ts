/** All agents at once: until the last one has reported, and until all are gone again. */
import { pause, startMany, type Bench } from '../bench.ts';
import { inTurns } from '../in-turns.ts';
import { lineOfMedians, type Line, type Subject } from '../line.ts';
import type { Peer } from '../peers/peer.ts';
import { summarize } from '../stats.ts';

/** What the end of one still costs the machine is not the next one's. */
const REST_MS = 300;

interface Others {
  readonly returnedMs: number[];
  readonly stopMs: number[];
  leftBehind: number;
}

export async function measureStart(bench: Bench): Promise<Line[]> {
  const { muxward, tmux, pm2, options } = bench;
  const others = new Map<Subject, Others>();
  const take = (peer: Peer, isCold: boolean) => async () => await startAndEnd(bench, peer, isCold, others);
  const { summaries } = await inTurns(
    {
      tmux: take(tmux, false),
      muxward: take(muxward, false),
      pm2: take(pm2, false),
      muxwardCold: take(muxward, true),
      pm2Cold: take(pm2, true),
      floor: async () => await startFloor(bench),
    },
    options.reps,
  );
  const perSubject = (pick: (of: Others) => readonly number[]): Parameters<typeof lineOfMedians>[1] =>
    Object.fromEntries([...others].map(([subject, of]) => [subject, summarize(pick(of))]));
  const all = `${options.agents} agents`;
  return [
    lineOfMedians(
      `${all} started`,
      { muxward: summaries.muxward, tmux: summaries.tmux, pm2: summaries.pm2 },
      [
        { kind: 'times-of', other: 'tmux', atMost: 1.6 },
        { kind: 'faster-than', other: 'pm2', atLeast: 2 },
      ],
    ),
    lineOfMedians(`${all} started, the least with Node and a shell each`, { tmux: summaries.floor }),
    lineOfMedians(
      `${all} started, command returned`,
      perSubject(({ returnedMs }) => returnedMs),
    ),
    lineOfMedians(`${all} started, with its daemon`, {
      muxward: summaries.muxwardCold,
      pm2: summaries.pm2Cold,
    }),
    lineOfMedians(
      `${all} stopped, all processes gone`,
      perSubject(({ stopMs }) => stopMs),
    ),
    {
      what: 'processes left behind',
      unit: '',
      values: Object.fromEntries([...others].map(([subject, { leftBehind }]) => [subject, leftBehind])),
      bars: [{ kind: 'none' }],
    },
  ];
}

async function startFloor(bench: Bench): Promise<number> {
  const { tmux, options } = bench;
  await pause(REST_MS);
  const { upMs } = await startMany(bench, tmux, options.agents, tmux.startFloor(options.agents));
  await pause(REST_MS);
  await tmux.end();
  await pause(REST_MS);
  return upMs;
}

async function startAndEnd(
  bench: Bench,
  peer: Peer,
  isCold: boolean,
  others: Map<Subject, Others>,
): Promise<number> {
  if (!isCold) await peer.warmUp();
  await pause(REST_MS);
  const { upMs, returnedMs } = await startMany(bench, peer, bench.options.agents);
  await pause(REST_MS);
  const { ms, leftBehind } = await peer.end();
  await pause(REST_MS);
  const of = others.get(peer.subject) ?? { returnedMs: [], stopMs: [], leftBehind: 0 };
  others.set(peer.subject, of);
  if (!isCold) of.returnedMs.push(returnedMs);
  of.stopMs.push(ms);
  of.leftBehind += leftBehind;
  return upMs;
}
