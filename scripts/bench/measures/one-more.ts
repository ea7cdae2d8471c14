/** One agent more, with all the others running. It must have reported: a command that is fast and does nothing does not count. */
import type { Bench } from '../bench.ts';
import { inTurns, type Take } from '../in-turns.ts';
import { lineOfMedians, type Line } from '../line.ts';
import type { Peer } from '../peers/peer.ts';
import { runOrThrow, runTimed } from '../timed-command.ts';

const REPORT_TIMEOUT_MS = 5000;

export async function measureOneMore(bench: Bench): Promise<Line[]> {
  const { muxward, tmux, pm2, options } = bench;
  const { summaries, failures } = await inTurns(
    {
      node: async () => (await runOrThrow(bench.scratch, muxward.bareNode)).ms,
      muxward: startOne(bench, muxward),
      tmux: startOne(bench, tmux),
      pm2: startOne(bench, pm2),
    },
    options.reps * 4,
    2,
  );
  return [
    lineOfMedians(`one more with ${options.agents} running`, summaries, [
      { kind: 'times-of', other: 'node', atMost: 1.8 },
      { kind: 'faster-than', other: 'pm2', atLeast: 3 },
    ]),
    {
      what: 'one more: failed, or did not report',
      unit: '',
      values: { ...failures },
      bars: [{ kind: 'none' }],
    },
  ];
}

function startOne(bench: Bench, peer: Peer): Take {
  return async (round) => {
    const id = `${peer.ids(1)[0]}-more-${round + 100}`;
    const coming = bench.reports.next([id], REPORT_TIMEOUT_MS);
    const run = await runTimed(bench.scratch, peer.startOne(id));
    const came = await coming;
    await runTimed(bench.scratch, peer.removeOne(id));
    return run.ok && came.size === 1 ? run.ms : null;
  };
}
