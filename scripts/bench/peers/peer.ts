/** What the benchmark asks of a program that keeps processes running. */
import type { Subject } from '../line.ts';
import type { Command } from '../timed-command.ts';

export interface Peer {
  readonly subject: Subject;
  /** Its files are here and nowhere else, and all of its processes carry this path. */
  readonly folder: string;
  /** The ids under which the agents of `startMany` report. */
  ids(count: number): string[];
  /** Brings up what it needs before the first agent, so that `startMany` finds it running. */
  warmUp(): Promise<void>;
  startMany(count: number): Command;
  startOne(id: string): Command;
  removeOne(id: string): Command;
  /** Ends the agents and itself; resolves with how long that took. Its folder is empty afterwards. */
  end(): Promise<{ readonly ms: number; readonly leftBehind: number }>;
}
