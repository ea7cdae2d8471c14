/**
 * What health checks cost the daemon: its CPU with all agents asked over HTTP, above that with the same agents and no
 * check. The server that they ask runs in this process, so that it does not count.
 */
import { createServer, type Server } from 'node:http';
import { pause, startMany, type Bench } from '../bench.ts';
import { BenchError } from '../bench-error.ts';
import type { Line } from '../line.ts';
import { findMarked } from '../marked-processes.ts';
import type { Muxward } from '../peers/muxward.ts';
import { cpuBetweenMs, readCpu } from '../process-cost.ts';
import { runOrThrow } from '../timed-command.ts';

const SETTLE_MS = 5000;
/** 2 % of a core. */
const MOST_AT_10_S = 20;

export async function measureProbes(bench: Bench): Promise<Line[]> {
  const { muxward, options } = bench;
  const served = { requests: 0 };
  const server = createServer((_, response) => {
    served.requests += 1;
    response.end('ok');
  });
  const port = await listen(server);
  await muxward.warmUp();
  const none = await watch(bench, muxward);
  const probed = (interval: string): Muxward => ({
    ...muxward,
    startMany: (count) => {
      const { argv, env } = muxward.startMany(count);
      const at = argv.indexOf('--max-restarts');
      return { argv: argv.toSpliced(at, 0, '--health-url', `http://127.0.0.1:${port}/`, '--health-interval', interval), env };
    },
  });
  served.requests = 0;
  const each10s = await watch(bench, probed('10s'));
  const asked10s = served.requests;
  const each1s = await watch(bench, probed('1s'));
  server.closeAllConnections();
  server.close();
  const leastAsked = (options.agents * options.idleMs) / 10_000 / 2;
  if (asked10s < leastAsked) throw new BenchError(`only ${asked10s} requests came`, 'agents were not probed as they should be');
  const what = `${options.agents} endpoints probed`;
  return [
    { ...line(`${what} every 10 s: CPU above none`, each10s - none), bars: [{ kind: 'value', below: MOST_AT_10_S }] },
    line(`${what} every second: CPU above none`, each1s - none),
    line(`${options.agents} agents, none probed: CPU`, none),
  ];
}

/** CPU of everything but the agents, in milliseconds a second, once all that starts has settled. */
async function watch(bench: Bench, peer: Muxward): Promise<number> {
  const { agents, idleMs } = bench.options;
  await startMany(bench, peer, agents);
  await pause(SETTLE_MS);
  const own = new Set(peer.ids(agents).map((id) => bench.reports.last(id)?.pid));
  const ofPeer = (): number[] => findMarked(peer.folder).filter((pid) => !own.has(pid));
  const before = readCpu(ofPeer());
  const fromMs = performance.now();
  await pause(idleMs);
  const seconds = (performance.now() - fromMs) / 1000;
  const cpuMs = cpuBetweenMs(before, readCpu(ofPeer()));
  await runOrThrow(bench.scratch, peer.run('rm', '--force', '--all'));
  return cpuMs / seconds;
}

function line(what: string, muxward: number): Line {
  return { what, unit: 'ms/s', values: { muxward }, bars: [] };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
