/** The end of a peer: by its own command, and then by force for what that left. */
import fs from 'node:fs';
import { findMarked, killMarked } from '../marked-processes.ts';
import type { Scratch } from '../scratch.ts';
import { runTimed, type Command } from '../timed-command.ts';

/** How long processes may take to go after the command has returned. */
const GRACE_MS = 2000;
const POLL_MS = 20;

/**
 * Gives the peer an empty folder. What it leaves goes with the scratch: to ext4 files that were removed within the last
 * minutes are not free, and each file that is made meanwhile looks at all of them: the next round would pay for this one.
 */
function setAside(folder: string): void {
  fs.renameSync(folder, fs.mkdtempSync(`${folder}-over-`));
  fs.mkdirSync(folder);
}

export async function endPeer(
  scratch: Scratch,
  folder: string,
  command: Command,
): Promise<{ ms: number; leftBehind: number }> {
  const startedAtMs = performance.now();
  const { ms: returnedMs } = await runTimed(scratch, command);
  const deadline = performance.now() + GRACE_MS;
  let left = findMarked(folder);
  while (left.length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    left = findMarked(folder);
  }
  const ms = Math.max(returnedMs, performance.now() - startedAtMs);
  const { left: undying } = killMarked(folder);
  if (undying > 0) throw new Error(`${undying} processes of ${folder} cannot be killed`);
  setAside(folder);
  return { ms, leftBehind: left.length };
}
