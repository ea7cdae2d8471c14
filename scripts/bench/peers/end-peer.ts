/** The end of a peer: by its own command, and then by force for what that left. */
import fs from 'node:fs';
import { findMarked, killMarked } from '../marked-processes.ts';
import type { Scratch } from '../scratch.ts';
import { runTimed, type Command } from '../timed-command.ts';

/** How long processes may take to go after the command has returned. */
const GRACE_MS = 2000;
const POLL_MS = 20;

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
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  fs.mkdirSync(folder);
  return { ms, leftBehind: left.length };
}
