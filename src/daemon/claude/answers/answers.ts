/**
 * Answers what Claude Code agents ask: a permission or a question by the hook that waits for it, any other dialog by
 * its key. An answer counts when the dialog is gone. Rules of the settings answer first; each such answer is an event.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { keyFor, pointedAt, readDialog } from '../../../agents/claude/dialog.ts';
import { readInput } from '../../../agents/claude/input-box.ts';
import { allowed, answerTo, denied, questionFrom } from '../../../agents/claude/permission.ts';
import type { HomePaths } from '../../../config/paths.ts';
import { ruleFor, type AnswerRule } from '../../../core/answer-rules.ts';
import { MuxwardError } from '../../../core/errors.ts';
import type { AgentQuestion } from '../../../core/question.ts';
import type { TmuxServer } from '../../../tmux/server.ts';
import type { ManagedAgent } from '../../managed-agent.ts';
import type { Registry } from '../../registry.ts';
import type { HookStream } from '../hook-stream.ts';
import { OpenQuestions, type OpenQuestion } from './open-questions.ts';

export interface AnswersOptions {
  readonly registry: Registry;
  readonly tmux: TmuxServer;
  readonly hooks: HookStream;
  readonly paths: HomePaths;
  readonly rules: readonly AnswerRule[];
}

/** A loaded machine starts the hook's last step late. */
const HOOK_MS = 15_000;
const GONE_MS = 30_000;
const POLL_MS = 20;
const MOVE_LOOKS = 50;
const MOST_PRESSES = 40;

export class Answers {
  readonly #options: AnswersOptions;
  readonly #open: OpenQuestions;

  constructor(options: AnswersOptions) {
    this.#options = options;
    this.#open = new OpenQuestions(options.paths);
    options.hooks.subscribe((agent, hook) => {
      const asked = this.#open.hear(agent, hook);
      if (asked !== null) void this.#byRule(agent, asked);
    });
  }

  /** What the agent asks now, or null. */
  async question(agent: ManagedAgent, pane: string): Promise<AgentQuestion | null> {
    const look = await this.#options.tmux.look(pane);
    if (readInput(look).kind === 'box') return null;
    const [oldest] = this.#open.all(agent);
    return oldest === undefined ? readDialog(look) : questionFrom(oldest);
  }

  /** Answers it, and returns in words what was answered once the dialog is gone. @throws MuxwardError */
  async answer(agent: ManagedAgent, pane: string, words: readonly string[]): Promise<string> {
    const { name } = agent.spec;
    const look = await this.#options.tmux.look(pane);
    const [oldest] = this.#open.all(agent);
    if (readInput(look).kind !== 'elsewhere') {
      throw new MuxwardError('failed', `${name} asks nothing now`, { hint: `muxward status ${name} says what it does` });
    }
    const before = readDialog(look)?.text;
    const said = oldest === undefined ? await this.#byKey(pane, words) : await this.#byHook(agent, oldest, words);
    await this.#untilGone(name, pane, before ?? '');
    this.#options.registry.emit('agent.answered', name, { tool: oldest?.tool ?? null, answer: said, rule: null });
    return said;
  }

  async #byHook(agent: ManagedAgent, question: OpenQuestion, words: readonly string[]): Promise<string> {
    const { decision, said } = answerTo(question, words);
    if (await this.#give(agent, question, decision)) return said;
    throw new MuxwardError('failed', `${agent.spec.name}: the question was answered or withdrawn meanwhile`, {
      hint: `what it asks now: muxward answer ${agent.spec.name}`,
    });
  }

  async #byKey(pane: string, words: readonly string[]): Promise<string> {
    const word = words.join(' ');
    const { tmux } = this.#options;
    for (let press = 0; press < MOST_PRESSES; press += 1) {
      const look = await tmux.look(pane);
      const key = keyFor(look, word);
      await tmux.keys(pane, [key]);
      if (key !== 'Up' && key !== 'Down') return `chose ${word}`;
      await this.#untilMoved(pane, pointedAt(look));
    }
    throw new MuxwardError('failed', `the choice "${word}" could not be reached with the arrow keys`, { hint: 'muxward attach NAME' });
  }

  /** A dialog takes no key in its first moments: then the arrow is pressed again. */
  async #untilMoved(pane: string, from: number): Promise<void> {
    for (let look = 0; look < MOVE_LOOKS; look += 1) {
      await sleep(POLL_MS);
      if (pointedAt(await this.#options.tmux.look(pane)) !== from) return;
    }
  }

  /** The hook may be a moment from waiting. */
  async #give(agent: ManagedAgent, question: OpenQuestion, decision: string): Promise<boolean> {
    const deadline = performance.now() + HOOK_MS;
    for (;;) {
      if (this.#open.answer(agent, question, decision)) return true;
      if (performance.now() > deadline) return false;
      await sleep(POLL_MS);
    }
  }

  async #untilGone(name: string, pane: string, before: string): Promise<void> {
    const deadline = performance.now() + GONE_MS;
    while (performance.now() < deadline) {
      if (readDialog(await this.#options.tmux.look(pane))?.text !== before) return;
      await sleep(POLL_MS);
    }
    throw new MuxwardError('timeout', `${name}: the answer was given, but its screen still shows: ${before}`, { hint: `look at it: muxward attach ${name}` });
  }

  async #byRule(agent: ManagedAgent, question: OpenQuestion): Promise<void> {
    const { spec } = agent;
    const rule = ruleFor(this.#options.rules, { agent: spec.name, project: spec.project, cwd: spec.cwd, tool: question.tool, input: question.input });
    if (rule === null) return;
    const { decision, said } = rule.verdict === 'allow' ? allowed() : denied(rule.reason ?? '');
    if (!(await this.#give(agent, question, decision))) return;
    this.#options.registry.emit('agent.answered', spec.name, { tool: question.tool, answer: said, rule: rule.name });
  }
}
