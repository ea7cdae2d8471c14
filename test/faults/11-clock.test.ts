// The wall clock of the daemon jumps (libfaketime); its monotonic clock does not, as on a real machine.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually, MUXWARD, type MuxwardHome } from '../helpers/muxward-home.ts';
import { fault } from './fault.ts';

const YEAR_S = 365 * 86_400;

/** Installed where it is missing, as scripts/prepare.sh does with tmux. */
function fakeTime(): string | undefined {
  const find = (): string | undefined =>
    ['/usr/lib', ...(existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`) : [])]
      .map((folder) => `${folder}/faketime/libfaketime.so.1`)
      .find((file) => existsSync(file));
  if (find() === undefined && process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('sh', ['-c', 'apt-get update -qq; apt-get install -y -qq --no-install-recommends libfaketime'], { env, timeout: 100_000 });
  }
  return find();
}

const library = fakeTime();

/** A daemon whose clock is off by what `file` says, in seconds. */
async function startDaemon(home: MuxwardHome, file: string): Promise<void> {
  const env = { ...home.env, LD_PRELOAD: library ?? '', FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
  spawn(`${MUXWARD}d`, ['--home', home.home], { env, detached: true, stdio: 'ignore' }).unref();
  await eventually(async () => (await home.run(['daemon', 'status'])).status === 0, 'it serves', 30_000);
}

fault(
  11,
  'The clock jumps a year ahead, then two back',
  'no crash, no hang; back-off and limits of time go on as if nothing had happened',
  async (home) => {
    home.configure('restart: {base_delay: 300ms}\n');
    const clock = home.file('clock');
    writeFileSync(clock, '+0');
    await startDaemon(home, clock);
    const daemon = await home.daemonPid();
    await home.spawn('limited', '--timeout', '1h', '--', 'sleep', '1000');
    await home.spawn('crashing', '--max-restarts', '1000', '--', 'sh', '-c', 'sleep 0.1; exit 1');
    const restarts = async (): Promise<number> => (await home.agent('crashing')).restarts;
    const yearOf = async (): Promise<number> => Number((await home.events('--agent', 'crashing')).at(-1)?.at.slice(0, 4));
    const thisYear = await yearOf();
    for (const [offsetS, year] of [[YEAR_S, thisYear + 1], [-YEAR_S, thisYear - 1]] as const) {
      await eventually(async () => (await restarts()) >= 2, 'it crashes', 30_000);
      writeFileSync(clock, offsetS > 0 ? `+${offsetS}` : String(offsetS));
      const before = await restarts();
      await eventually(async () => Math.abs((await yearOf()) - year) <= 1 && (await restarts()) > before, 'it is run again in another year', 40_000);
      await home.ok('restart', 'crashing');
    }
    expect(await yearOf()).toBeLessThan(thisYear);
    expect(await home.agent('limited')).toMatchObject({ state: 'ready', restarts: 0 });
    await home.spawn('later', '--', 'sleep', '1000');
    expect(await home.daemonPid()).toBe(daemon);
  },
  { unless: library === undefined ? 'libfaketime is not there and could not be installed (apt-get install libfaketime)' : null },
);
