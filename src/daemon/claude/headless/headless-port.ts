/** Talks to the driver in a headless agent's pane, through files of its run folder: it needs no daemon, and hears of one so. */
import { setTimeout as sleep } from 'node:timers/promises';
import { putIntoInbox, type Decision, type InboxItem } from '../../../agents/claude/headless/inbox.ts';
import { readResult, readStatus, type HeadlessQuestion, type HeadlessStatus } from '../../../agents/claude/headless/status.ts';
import { runFolder, type HomePaths } from '../../../config/paths.ts';
import { MuxwardError } from '../../../core/errors.ts';
import type { HeadlessResult } from '../../../core/headless.ts';
import type { ManagedAgent } from '../../managed-agent.ts';

const LOOK_EVERY_MS = 50;
/** Claude Code starts in a second or two; on a machine that is short of everything it takes longer. */
const ACCEPTED_WITHIN_MS = 60_000;

export class HeadlessPort {
  readonly #paths: HomePaths;
  /** Called when a driver has told something that others should know before the answer. */
  onTold: (agent: ManagedAgent) => void = () => undefined;

  constructor(paths: HomePaths) {
    this.#paths = paths;
  }

  /** What the driver of the running generation last told; undefined before it told anything. */
  status(agent: ManagedAgent): HeadlessStatus | undefined {
    const status = readStatus(this.#folder(agent));
    return status?.generation === agent.record.generation ? status : undefined;
  }

  /** @throws MuxwardError where the agent has none, or no turn is over yet */
  result(agent: ManagedAgent): HeadlessResult {
    const { name, headless, type } = agent.spec;
    if (headless === undefined) {
      throw new MuxwardError('usage', `${name} is not headless, and gives no results`, { hint: `what it said: muxward ${type === 'claude-code' ? 'transcript' : 'logs'} ${name}` });
    }
    const result = readResult(this.#folder(agent));
    if (result) return result;
    throw new MuxwardError('failed', `${name} has no result yet: its first turn is not over`, { hint: `muxward wait ${name} --for idle` });
  }

  /**
   * The next turn. Resolves once Claude Code itself says that it has it; where it dies before it has written that down,
   * the next run hands it over under the same id, so that it is worked on once.
   * @throws MuxwardError `timeout` where that is not said in time: it stays in the inbox
   */
  async prompt(agent: ManagedAgent, text: string, wait: boolean): Promise<string> {
    const id = crypto.randomUUID();
    this.#put(agent, { kind: 'prompt', id, text });
    if (!wait) return 'put into its inbox';
    for (const deadline = Date.now() + ACCEPTED_WITHIN_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
      const status = readStatus(this.#folder(agent));
      if (!status?.accepted.includes(id) && !status?.queued?.includes(id)) continue;
      this.onTold(agent);
      return `taken by Claude Code as message ${id}`;
    }
    const { name } = agent.spec;
    throw new MuxwardError('timeout', `${name} has not taken the prompt within ${ACCEPTED_WITHIN_MS / 1000} s (${this.status(agent)?.state ?? agent.record.state})`, {
      hint: `it lies in its inbox and is taken once, later; look: muxward capture ${name}`,
    });
  }

  /** The question that holds its turn, null where there is none. */
  question(agent: ManagedAgent): HeadlessQuestion | null {
    return this.status(agent)?.question ?? null;
  }

  /** @param question the id it is meant for, so that a late answer is not taken for one to the next question */
  answer(agent: ManagedAgent, question: string, decision: Decision): void {
    this.#put(agent, { kind: 'answer', id: crypto.randomUUID(), question, decision });
  }

  /** Ends the turn and not the conversation. */
  interrupt(agent: ManagedAgent): void {
    this.#put(agent, { kind: 'interrupt', id: crypto.randomUUID() });
  }

  #put(agent: ManagedAgent, item: InboxItem): void {
    putIntoInbox(this.#folder(agent), item);
  }

  #folder({ spec }: ManagedAgent): string {
    return runFolder(this.#paths, spec.name);
  }
}
