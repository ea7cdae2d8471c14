// The wall clock of the daemon jumps (libfaketime); its monotonic clock does not, as on a real machine.
import { expect } from 'vitest';
import { eventually } from '../helpers/muxward-home.ts';
import { setClock, startDaemonWithClock, whyNoFakeTime } from './fake-time.ts';
import { fault } from './fault.ts';

const YEAR_S = 365 * 86_400;

fault(
  11,
  'The clock jumps a year ahead, then two back',
  'no crash, no hang; back-off and limits of time go on as if nothing had happened',
  async (home) => {
    home.configure('restart: {base_delay: 300ms}\n');
    await startDaemonWithClock(home);
    const daemon = await home.daemonPid();
    await home.spawn('limited', '--timeout', '1h', '--', 'sleep', '1000');
    await home.spawn('crashing', '--max-restarts', '1000', '--', 'sh', '-c', 'sleep 0.1; exit 1');
    const restarts = async (): Promise<number> => (await home.agent('crashing')).restarts;
    const yearOf = async (): Promise<number> => Number((await home.events('--agent', 'crashing')).at(-1)?.at.slice(0, 4));
    const thisYear = await yearOf();
    for (const [offsetS, year] of [[YEAR_S, thisYear + 1], [-YEAR_S, thisYear - 1]] as const) {
      await eventually(async () => (await restarts()) >= 2, 'it crashes', 30_000);
      setClock(home, offsetS);
      const before = await restarts();
      await eventually(async () => Math.abs((await yearOf()) - year) <= 1 && (await restarts()) > before, 'it is run again in another year', 40_000);
      await home.ok('restart', 'crashing');
    }
    expect(await yearOf()).toBeLessThan(thisYear);
    expect(await home.agent('limited')).toMatchObject({ state: 'ready', restarts: 0 });
    await home.spawn('later', '--', 'sleep', '1000');
    expect(await home.daemonPid()).toBe(daemon);
  },
  { unless: whyNoFakeTime() },
);
