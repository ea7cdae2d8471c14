/** Sockets: a path holds at most 107 bytes; where the home's is longer, a short folder of the user's serves. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { note, problem, type Check } from './finding.ts';

const MAX_BYTES = 107;

export const checkSockets: Check = async ({ paths }) => {
  const folder = path.dirname(paths.apiSocket);
  if (folder === paths.home) return [];
  if (Buffer.byteLength(paths.tmuxSocket) > MAX_BYTES) {
    return [problem(`the path ${paths.tmuxSocket} is too long for a socket`, 'choose a home with a shorter path: --home DIR or MUXWARD_HOME')];
  }
  const info = await stat(folder).catch(() => undefined);
  const user = process.getuid?.();
  if (info !== undefined && (info.uid !== user || (info.mode & 0o077) !== 0)) {
    return [problem(`${folder}, where the sockets lie, is not private to you`, `remove it, or chmod 700 ${folder}`)];
  }
  return [note(`the home's path is too long for sockets: they lie in ${folder}`)];
};
