/** The Node that muxward itself runs on. The entry refuses one that is too old, so that this can only be good news. */
import { ok, type Check } from './finding.ts';

export const checkNode: Check = async () => [ok(`Node ${process.versions.node}`)];
