/**
 * `run/.last-run`: in which boot of the machine, and with which tmux server, muxward last ran. What has changed since
 * explains why agents are gone: a reboot and the death of a tmux server are no crashes.
 */
import fs from 'node:fs';
import type { HomePaths } from '../config/paths.ts';
import { writePrivateFile } from '../system/secure-files.ts';

export interface LastRun {
  readonly bootId: string;
  /** As `TmuxServer.serverId`; empty where none was ever reached. */
  readonly tmuxServer: string;
}

/** Null where nothing is noted, or what is noted was cut short. */
export function readLastRun(paths: HomePaths): LastRun | null {
  try {
    const [bootId = '', tmuxServer = '', end] = fs.readFileSync(paths.lastRun, 'utf8').split('\n');
    return end === '' && bootId !== '' ? { bootId, tmuxServer } : null;
  } catch {
    return null;
  }
}

/** @throws MuxwardError `storage` */
export function noteLastRun(paths: HomePaths, { bootId, tmuxServer }: LastRun): void {
  writePrivateFile(paths.lastRun, `${bootId}\n${tmuxServer}\n`);
}
