/** How limits are enforced on this machine: by the kernel where cgroup v2 lets us, otherwise from samples. */
import { isNobodyThere } from '../connection.ts';
import { note, ok, type Check } from './finding.ts';

const HOW = 'muxward resources';

/** The daemon knows: it depends on where the tmux server runs. */
export const checkCgroup: Check = async ({ daemon }) => {
  try {
    const { limitsBy, limitsWhy } = await daemon.call('GET /api/resources', undefined);
    if (limitsBy === 'cgroup') return [ok(`limits are enforced by the kernel (cgroup v2): ${limitsWhy}`)];
    return [note(`limits are enforced from samples, every second, not by cgroup v2: ${limitsWhy}`)];
  } catch (error) {
    if (!isNobodyThere(error)) throw error;
    return [ok(`limits: by cgroup v2 or from samples, which a running daemon tells (${HOW})`)];
  }
};
