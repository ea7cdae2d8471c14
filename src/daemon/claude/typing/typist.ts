/**
 * Sends messages to Claude Code agents by typing them into the input box, so that they are the user's own words, and
 * proves it: the UserPromptSubmit hook reports the very text. One message at a time for each agent; what the user had
 * half typed is put aside by Claude Code's own stash, and comes back.
 */
import path from 'node:path';
import type { InputView } from '../../../agents/claude/input-box.ts';
import { boxShows, isMessage, messageOf } from '../../../agents/claude/message.ts';
import { runFolder, type HomePaths } from '../../../config/paths.ts';
import { MuxwardError } from '../../../core/errors.ts';
import type { TmuxServer } from '../../../tmux/server.ts';
import type { ManagedAgent } from '../../managed-agent.ts';
import { OneAtATime } from '../../one-at-a-time.ts';
import type { HookStream } from '../hook-stream.ts';
import { ClaudeScreen } from './claude-screen.ts';
import { fillBox } from './fill-box.ts';
import { interruptTurn } from './interrupt-turn.ts';
import { clearTheWay, giveBackDraft } from './users-draft.ts';

export interface TypistOptions {
  readonly tmux: TmuxServer;
  readonly hooks: HookStream;
  readonly paths: HomePaths;
}

export interface Message {
  readonly text: string;
  readonly submit: boolean;
  /** Wait for proof that it was taken. */
  readonly wait: boolean;
  /** A command of Claude Code (`/clear`), meant as one. */
  readonly isCommand: boolean;
}

/** `accepted`: it works on it. `queued`: it will, after what it does now. `submitted`: gone from the box, no more is known. */
export type Proof = 'typed' | 'submitted' | 'accepted' | 'queued';

const PROOF_MS = 30_000;
const GONE_MS = 10_000;

export class Typist {
  readonly #options: TypistOptions;
  readonly #turns = new OneAtATime<ManagedAgent>();
  /** The prompt that each agent's last hook belonged to. */
  readonly #lastPrompt = new WeakMap<ManagedAgent, string>();

  constructor(options: TypistOptions) {
    this.#options = options;
    options.hooks.subscribe((agent, { promptId }) => {
      if (promptId !== null) this.#lastPrompt.set(agent, promptId);
    });
  }

  /** @throws MuxwardError `usage` for a text that cannot arrive exactly; `failed` or `timeout` where it was not taken. */
  send(agent: ManagedAgent, pane: string, message: Message): Promise<Proof> {
    const text = messageOf(message.text, message.isCommand);
    return this.#turns.do(agent, () => this.#send(agent, new ClaudeScreen(this.#options.tmux, agent.spec.name, pane), { ...message, text }));
  }

  /** Ends the turn that it works on. False where none was under way. @throws MuxwardError `failed` */
  interrupt(agent: ManagedAgent, pane: string): Promise<boolean> {
    return this.#turns.do(agent, () => interruptTurn(new ClaudeScreen(this.#options.tmux, agent.spec.name, pane)));
  }

  /** Runs a task of its own on the agent's terminal while no message is being typed there. */
  alone<T>(agent: ManagedAgent, task: () => Promise<T>): Promise<T> {
    return this.#turns.do(agent, task);
  }

  async #send(agent: ManagedAgent, screen: ClaudeScreen, message: Message): Promise<Proof> {
    const draft = await clearTheWay(screen, agent.spec.name);
    try {
      await fillBox(screen, message.text, path.join(runFolder(this.#options.paths, agent.spec.name), 'compose'));
    } catch (error) {
      if (draft) await giveBackDraft(screen);
      throw error;
    }
    if (!message.submit) return 'typed';
    const proof = this.#listen(agent, message.text);
    await screen.press('Enter');
    const proved = message.isCommand || !message.wait ? null : await proof.heard;
    proof.end();
    if (proved === null) await this.#mustBeGone(screen, agent, message);
    // The proof is there before the screen is: whoever types next must not take what is left there for the user's draft.
    else await isGone(screen, message);
    if (draft) await giveBackDraft(screen);
    return proved ?? 'submitted';
  }

  /** Without a hook that tells of it: Claude Code has taken what no longer stands in the box. */
  async #mustBeGone(screen: ClaudeScreen, agent: ManagedAgent, message: Message): Promise<void> {
    const { name } = agent.spec;
    if (message.wait && !message.isCommand) {
      throw new MuxwardError('timeout', `${name}: it was typed and submitted, but nothing proves that it was taken; on its screen: ${await screen.excerpt()}`, {
        hint: `look at it: muxward attach ${name}; without waiting for proof: --no-wait`,
      });
    }
    if (!(await isGone(screen, message))) throw await screen.fault('Enter did not submit what stands in its input box');
  }

  #listen(agent: ManagedAgent, text: string): { readonly heard: Promise<Proof | null>; end(): void } {
    const { promise, resolve } = Promise.withResolvers<Proof | null>();
    const timer = setTimeout(() => resolve(null), PROOF_MS);
    const running = this.#lastPrompt.get(agent);
    const unsubscribe = this.#options.hooks.subscribe((of, { event, promptId, payload }) => {
      // What comes while a turn is under way is reported at once, as part of that turn.
      if (of !== agent || event !== 'UserPromptSubmit' || !isMessage(String(payload['prompt']), text)) return;
      resolve(promptId !== null && promptId === running ? 'queued' : 'accepted');
    });
    const end = (): void => {
      clearTimeout(timer);
      unsubscribe();
    };
    return { heard: promise, end };
  }
}

/** Waits until its input box shows the message no more. False where it still does. */
async function isGone(screen: ClaudeScreen, { text }: Message): Promise<boolean> {
  return (await screen.until((view): view is InputView => view.kind !== 'box' || !boxShows(view, text), GONE_MS)) !== null;
}
