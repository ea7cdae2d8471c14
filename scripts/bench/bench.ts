/** What every measure works with, and the start of many agents, which most of them begin with. */
import { BenchError } from './bench-error.ts';
import type { ChildReports } from './child-reports.ts';
import type { Options } from './options.ts';
import type { Muxward } from './peers/muxward.ts';
import type { Peer } from './peers/peer.ts';
import type { PlainTmux } from './peers/plain-tmux.ts';
import type { Pm2 } from './peers/pm2.ts';
import type { Scratch } from './scratch.ts';
import { runOrThrow } from './timed-command.ts';

const START_TIMEOUT_MS = 120_000;

export interface Bench {
  readonly options: Options;
  readonly scratch: Scratch;
  readonly reports: ChildReports;
  readonly muxward: Muxward;
  readonly tmux: PlainTmux;
  readonly pm2: Pm2;
}

/** From the command's start to the last agent's report, and to the command's end. @throws BenchError where one does not come. */
export async function startMany(
  bench: Bench,
  peer: Peer,
  count: number,
  command = peer.startMany(count),
): Promise<{ upMs: number; returnedMs: number }> {
  const ids = peer.ids(count);
  const coming = bench.reports.next(ids, START_TIMEOUT_MS);
  const run = await runOrThrow(bench.scratch, command);
  const came = await coming;
  if (came.size < count) {
    const missing = ids
      .filter((id) => !came.has(id))
      .slice(0, 5)
      .join(', ');
    throw new BenchError(
      `${peer.subject}: only ${came.size} of ${count} agents reported`,
      `missing are ${missing} …`,
    );
  }
  const lastAtMs = Math.max(...[...came.values()].map(({ atMs }) => atMs));
  return { upMs: lastAtMs - run.startedAtMs, returnedMs: run.ms };
}

export async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
