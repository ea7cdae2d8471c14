/**
 * Waits until tmux has read all that a program printed before it ended. tmux closes a pane as soon as its process is
 * gone and it sees nothing more to read; what the kernel still holds is lost then. So the wrapper has to stay until the
 * log has been quiet for a while in which tmux was working.
 */
import fs from 'node:fs';
import type { Clock } from '../core/clock.ts';

const LOOK_EVERY_MS = 25;
/** Looks in a row at which the log had not grown. */
const QUIET_LOOKS = 3;
/** Of a log that still grows: its writer is held up for good. */
const MOST_LOOKS = 400;

export interface DrainOptions {
  readonly clock: Clock;
  readonly logPath: string;
  /** Resolves with a round of the server's own loop; false where it does not answer. */
  readonly tmuxAnswers: () => Promise<boolean>;
}

export async function drained({ clock, logPath, tmuxAnswers }: DrainOptions): Promise<void> {
  let size = -1;
  let quiet = 0;
  for (let look = 0; look < MOST_LOOKS && quiet < QUIET_LOOKS; look += 1) {
    if (!(await tmuxAnswers())) return;
    await new Promise<void>((resolve) => void clock.after(LOOK_EVERY_MS, resolve));
    const now = fs.statSync(logPath, { throwIfNoEntry: false })?.size ?? 0;
    quiet = now === size ? quiet + 1 : 0;
    size = now;
  }
}
