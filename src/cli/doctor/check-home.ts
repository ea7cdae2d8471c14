/** The home folder: can it be written, is it private, is there room? */
import { access, constants, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { formatSize } from '../../core/units.ts';
import { note, ok, problem, type Check, type Finding } from './finding.ts';

const SCARCE_BYTES = 2 ** 30;
const TOO_LITTLE_BYTES = 50 * 2 ** 20;
const ELSEWHERE = 'choose another home: --home DIR or MUXWARD_HOME';

export const checkHome: Check = async ({ paths: { home } }) => {
  const there = await nearestThere(home);
  const info = await stat(there);
  if (!info.isDirectory()) return [problem(`home ${home}: ${there} is no folder`, ELSEWHERE)];
  if (!(await isWritable(there))) return [problem(`home ${home} is not writable`, ELSEWHERE)];
  return [await room(home, there), ...(there === home ? privacy(home, info.mode, info.uid) : [])];
};

async function room(home: string, there: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(there);
  const free = bavail * bsize;
  const what = there === home ? 'home writable' : 'home can be made';
  if (free < TOO_LITTLE_BYTES) return problem(`home has only ${formatSize(free)} free`, `make room in ${there}, or ${ELSEWHERE}`);
  const message = `${what}, ${formatSize(free)} free`;
  return free < SCARCE_BYTES ? note(message, 'muxward cleanup removes old logs') : ok(message);
}

function privacy(home: string, mode: number, owner: number): Finding[] {
  const user = process.getuid?.();
  if (user !== undefined && user !== 0 && owner !== user) return [problem(`home ${home} belongs to another user`, ELSEWHERE)];
  return (mode & 0o077) === 0 ? [] : [note(`home ${home} can be entered by others (mode ${(mode & 0o777).toString(8)})`, `chmod 700 ${home}`)];
}

/** The folder itself, or the nearest above it that exists. */
async function nearestThere(folder: string): Promise<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    const isThere = await stat(at).then(
      () => true,
      () => false,
    );
    if (isThere || at === path.dirname(at)) return at;
  }
}

async function isWritable(folder: string): Promise<boolean> {
  return await access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
