/** What lies in the home and should not: locks left behind, state that was set aside, logs that grew. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { formatSize } from '../../core/units.ts';
import { note, type Check, type Finding } from './finding.ts';

const OLD_LOCK_MS = 60_000;
const MANY_LOG_BYTES = 5 * 2 ** 30;

export const checkFiles: Check = async ({ paths }) => {
  return (await Promise.all([oldLock(paths.startLock), damaged(paths.home), bigLogs(paths.logs)])).flat();
};

async function oldLock(lock: string): Promise<Finding[]> {
  const info = await stat(lock).catch(() => undefined);
  if (info === undefined || Date.now() - info.mtimeMs < OLD_LOCK_MS) return [];
  return [note('a lock of a start that did not end was left behind: the next start takes it over', `rm -r ${lock}`)];
}

async function damaged(home: string): Promise<Finding[]> {
  const files = (await namesIn(home)).filter((name) => name.includes('.damaged-'));
  return files.map((name) => note(`damaged state was set aside: ${path.join(home, name)}`, 'look at it, then remove it'));
}

async function bigLogs(folder: string): Promise<Finding[]> {
  const sizes = await Promise.all((await namesIn(folder)).map((name) => stat(path.join(folder, name)).then((info) => info.size, () => 0)));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  return bytes < MANY_LOG_BYTES ? [] : [note(`logs take ${formatSize(bytes)}`, 'muxward cleanup, or lower log.max_size and log.keep in config.yaml')];
}

async function namesIn(folder: string): Promise<string[]> {
  return await readdir(folder).catch(() => []);
}
