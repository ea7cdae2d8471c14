// A daemon whose wall clock is off by as much as a file says (libfaketime); its monotonic clock is not, as on a real machine.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { eventually, MUXWARD, type MuxwardHome } from '../helpers/muxward-home.ts';

let library: string | undefined;

/** Why clocks cannot be set here, or null. The library is installed where it is missing, as scripts/prepare.sh does with tmux. */
export function whyNoFakeTime(): string | null {
  const find = (): string | undefined =>
    ['/usr/lib', ...(existsSync('/usr/lib') ? readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`) : [])]
      .map((folder) => `${folder}/faketime/libfaketime.so.1`)
      .find((file) => existsSync(file));
  if (find() === undefined && process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    // Two files may do this at once: dpkg's lock is waited for.
    const install = 'apt-get update -qq; apt-get -o DPkg::Lock::Timeout=60 install -y -qq --no-install-recommends libfaketime';
    spawnSync('sh', ['-c', install], { env, timeout: 100_000 });
  }
  library = find();
  return library === undefined ? 'libfaketime is not there and could not be installed (apt-get install libfaketime)' : null;
}

const clockFile = (home: MuxwardHome): string => home.file('clock');

/** The daemon's clock from now on, in seconds from the true one. */
export function setClock(home: MuxwardHome, offsetS: number): void {
  writeFileSync(clockFile(home), offsetS < 0 ? String(offsetS) : `+${offsetS}`);
}

export async function startDaemonWithClock(home: MuxwardHome, offsetS = 0): Promise<void> {
  setClock(home, offsetS);
  const fake = { FAKETIME_TIMESTAMP_FILE: clockFile(home), FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };
  const env = { ...home.env, LD_PRELOAD: library ?? '', ...fake };
  spawn(`${MUXWARD}d`, ['--home', home.home], { env, detached: true, stdio: 'ignore' }).unref();
  await eventually(async () => (await home.run(['daemon', 'status'])).status === 0, 'it serves', 30_000);
}
