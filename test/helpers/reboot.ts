// The machine loses power and is started anew: what it does to a home. It needs the right to mount something.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { eventually, killIfThere, MUXWARD, pidsWithVariable, type MuxwardHome } from './muxward-home.ts';

/** Everything of this home dies at once; `status` is then asked on what looks like the next boot. */
export async function reboot(home: MuxwardHome): Promise<void> {
  const killAll = (): boolean => {
    const pids = pidsWithVariable(`MUXWARD_HOME=${home.home}`);
    for (const pid of pids) killIfThere(pid);
    return pids.length === 0;
  };
  await eventually(killAll, 'nothing runs any more', 20_000);
  const bootId = home.file('boot-id');
  writeFileSync(bootId, '01234567-89ab-cdef-0123-456789abcdef\n');
  const script = 'mount --bind "$0" /proc/sys/kernel/random/boot_id && exec "$@"';
  await promisify(execFile)('unshare', ['-m', 'sh', '-c', script, bootId, MUXWARD, 'daemon', 'start'], { env: home.env, cwd: home.work });
}
