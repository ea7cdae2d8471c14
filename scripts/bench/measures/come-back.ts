/** SIGKILL to each agent, one after the other, until its next process reports. Plain tmux brings nothing back. */
import { pause, type Bench } from '../bench.ts';
import { inTurns, type Take } from '../in-turns.ts';
import { lineOfMedians, type Line } from '../line.ts';
import type { Peer } from '../peers/peer.ts';

/** After this it counts as lost. */
const BACK_TIMEOUT_MS = 5000;
const REST_MS = 50;

export async function measureComeBack(bench: Bench): Promise<Line[]> {
  const { muxward, pm2, options } = bench;
  const { summaries, failures } = await inTurns(
    { muxward: killNext(bench, muxward), pm2: killNext(bench, pm2) },
    options.agents,
  );
  return [
    lineOfMedians('SIGKILL to running again', summaries, [{ kind: 'times-of', other: 'pm2', atMost: 1 }]),
    {
      what: `SIGKILL: lost of ${options.agents}`,
      unit: '',
      values: { ...failures },
      bars: [{ kind: 'none' }],
    },
  ];
}

function killNext({ reports, options }: Bench, peer: Peer): Take {
  const ids = peer.ids(options.agents);
  return async (round) => {
    const id = ids[round] ?? '';
    const before = reports.last(id);
    if (before === undefined) return null;
    const coming = reports.next([id], BACK_TIMEOUT_MS);
    const killedAtMs = performance.now();
    process.kill(before.pid, 'SIGKILL');
    const back = (await coming).get(id);
    await pause(REST_MS);
    return back === undefined ? null : back.atMs - killedAtMs;
  };
}
