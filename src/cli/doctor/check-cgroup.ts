/** cgroup v2: may we make groups of our own, so that the kernel holds the limits? Otherwise samples do. */
import { access, constants, readFile } from 'node:fs/promises';
import path from 'node:path';
import { note, ok, type Check } from './finding.ts';

const ROOT = '/sys/fs/cgroup';

export const checkCgroup: Check = async () => {
  if (process.platform !== 'linux') return [note('no cgroups here: limits are enforced by sampling')];
  const controllers = await readFile(path.join(ROOT, 'cgroup.controllers'), 'utf8').catch(() => undefined);
  if (controllers === undefined) return [note('no cgroup v2 here: limits are enforced by sampling')];
  const own = /^0::(.*)$/m.exec(await readFile('/proc/self/cgroup', 'utf8').catch(() => ''))?.[1];
  const writable = await access(path.join(ROOT, own ?? '/'), constants.W_OK).then(
    () => true,
    () => false,
  );
  const missing = ['cpu', 'memory'].filter((controller) => !controllers.split(/\s+/).includes(controller));
  if (!writable) return [note('cgroups not writable: limits are enforced by sampling')];
  if (missing.length > 0) return [note(`cgroup controllers missing (${missing.join(', ')}): limits are enforced by sampling`)];
  return [ok('cgroup v2 writable')];
};
