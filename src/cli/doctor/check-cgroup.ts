/** How limits are enforced on this machine: from samples, everywhere. */
import { note, type Check } from './finding.ts';

export const checkCgroup: Check = () => Promise.resolve([note('limits are enforced from samples, every second, not by cgroups')]);
