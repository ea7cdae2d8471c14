/** The terminal of one Claude Code agent: what its input box shows now, and when it shows what is waited for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readInput, screenExcerpt, type InputBox, type InputView } from '../../../agents/claude/input-box.ts';
import { MuxwardError } from '../../../core/errors.ts';
import type { TmuxServer } from '../../../tmux/server.ts';

const POLL_MS = 15;

export class ClaudeScreen {
  readonly #tmux: TmuxServer;
  readonly #name: string;
  readonly #pane: string;

  constructor(tmux: TmuxServer, name: string, pane: string) {
    this.#tmux = tmux;
    this.#name = name;
    this.#pane = pane;
  }

  async view(): Promise<InputView> {
    return readInput(await this.#tmux.look(this.#pane));
  }

  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux.keys(this.#pane, keys);
  }

  async paste(text: string): Promise<void> {
    await this.#tmux.paste(this.#pane, text);
  }

  /** The last lines of the screen, for messages. */
  async excerpt(): Promise<string> {
    return screenExcerpt(await this.#tmux.look(this.#pane));
  }

  /** Waits until the view passes; null where it does not in time. */
  async until<V extends InputView>(test: (view: InputView) => view is V, timeoutMs: number): Promise<V | null> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const view = await this.view();
      if (test(view)) return view;
      if (performance.now() >= deadline) return null;
      await sleep(POLL_MS);
    }
  }

  /** Waits until the input box passes. */
  box(test: (box: InputBox) => boolean, timeoutMs: number): Promise<InputBox | null> {
    return this.until((view): view is InputBox => view.kind === 'box' && test(view), timeoutMs);
  }

  /** An error that says what is to be seen instead of what was expected. */
  async fault(what: string, hint = `look at it: muxward attach ${this.#name}`): Promise<MuxwardError> {
    return new MuxwardError('failed', `${this.#name}: ${what}; on its screen: ${await this.excerpt()}`, { hint });
  }
}
