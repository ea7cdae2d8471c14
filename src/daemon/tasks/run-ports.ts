/** What running a task needs of the rest of the daemon, and how a run tells its end. */
import type { AgentSpec } from '../../core/agent.ts';
import type { Settings } from '../../config/settings.ts';
import type { HeadlessPort } from '../claude/headless/headless-port.ts';
import type { Forgetting } from '../forget.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { TaskBook } from './task-book.ts';
import type { Closing } from './task-record.ts';

export interface RunPorts extends Forgetting {
  readonly book: TaskBook;
  readonly lifecycle: Lifecycle;
  readonly settings: Settings;
  readonly headless: HeadlessPort;
  /** Starts an agent; replies when its process runs. @throws MuxwardError */
  readonly spawn: (spec: AgentSpec) => Promise<unknown>;
  /** Types a text at an agent, submits it, and waits for the proof that the type can give. @throws MuxwardError */
  readonly send: (agent: string, text: string) => Promise<unknown>;
  /** Ends the turn that it works on. */
  readonly interrupt: (agent: string) => Promise<unknown>;
  /** What it said last; null where that is not known. */
  readonly lastWords: (agent: ManagedAgent) => string | null;
  /** Resolves once these stand in its conversation, where it has one, or after a moment. */
  readonly written: (agent: ManagedAgent) => Promise<void>;
}

/** How a run ended. `output` is the end of what its own process printed, null where it had none. */
export interface RunEnd extends Omit<Closing, 'result'> {
  readonly result: { readonly status: number | null; readonly signal: string | null; readonly answer: string | null } | null;
  readonly output: string | null;
}

export function cancelled(ended: Pick<RunEnd, 'result' | 'output'> = { result: null, output: null }): RunEnd {
  return { ...ended, trigger: 'cancel', reason: 'cancelled by you' };
}
