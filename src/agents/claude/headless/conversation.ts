/**
 * A headless conversation as a machine: what the program said, what was put into the inbox and what the clock says go
 * in; what is to be written, shown, told and forgotten comes out. Knows no files and no processes.
 */
import type { HeadlessResult } from '../../../core/headless.ts';
import { goOn, goOnAtMs, passes } from '../api-trouble.ts';
import { questionOf } from '../question.ts';
import type { ApiFailure } from '../transcript-facts.ts';
import type { InboxItem } from './inbox.ts';
import { interruptRequest, optionsOf, permissionResponse, userMessage } from './messages.ts';
import type { HeadlessQuestion, HeadlessState, HeadlessStatus } from './status.ts';
import type { StreamEvent } from './stream-events.ts';

export type Effect =
  /** To the program's input. */
  | { readonly do: 'write'; readonly message: object }
  /** The item is done with: forget its file. */
  | { readonly do: 'forget'; readonly item: string }
  | { readonly do: 'result'; readonly result: HeadlessResult }
  /** No turn comes any more: let the program end. */
  | { readonly do: 'close' }
  /** Call `resume` at that time. */
  | { readonly do: 'wake'; readonly atMs: number };

export interface ConversationOptions {
  readonly generation: number;
  /** End once there is nothing left to do. */
  readonly exitWhenDone: boolean;
  readonly now: () => Date;
}

/** So many ids of prompts are remembered as taken. */
const ACCEPTED_KEPT = 200;
/** These come of a call of the model, and the prompt is written down before that. */
const WRITTEN: ReadonlySet<StreamEvent['kind']> = new Set<StreamEvent['kind']>(['facts', 'question', 'failure', 'retry', 'result']);
const CUT_OFF = 'Your process was ended in the middle of its work and runs again, with this conversation resumed. Look how far you came, and go on.';

export class HeadlessConversation {
  readonly #options: ConversationOptions;
  #status: HeadlessStatus;
  /** Prompts that were handed over and whose turn is not over. */
  readonly #open = new Set<string>();
  /** Of these, what the program works on and may not have written down yet. */
  readonly #started = new Set<string>();
  #backgroundTasks = 0;
  #resetsAtMs: number | null = null;
  #failure: ApiFailure | null = null;
  /** What it waits for, and turns in a row that failed so. */
  #isUsageLimit = false;
  #failures = 0;
  #closing = false;
  /** Somebody asked for the end of this turn: that it did not come to its own is no error. */
  #isInterrupted = false;

  constructor(options: ConversationOptions, before: HeadlessStatus | undefined) {
    this.#options = options;
    const kept = { accepted: before?.accepted ?? [], queued: [], sessionId: before?.sessionId ?? null };
    this.#status = { ...kept, state: 'starting', evidence: '', at: this.#now(), generation: options.generation, question: null, limitedUntil: null, failure: null };
  }

  get status(): HeadlessStatus {
    return this.#status;
  }

  /** The first thing said in this run: the prompt; or, where the run before was cut off in the middle of a turn, that it may go on. */
  begin(first: { readonly id: string; readonly text: string } | null, before: HeadlessState | null): Effect[] {
    if (first !== null) return this.take({ kind: 'prompt', ...first });
    const wasBusy = before === 'working' || before === 'waiting' || before === 'limited' || before === 'starting';
    if (wasBusy) return this.take({ kind: 'prompt', id: crypto.randomUUID(), text: CUT_OFF });
    this.#become('idle', '');
    return this.#maybeClose();
  }

  take(item: InboxItem): Effect[] {
    switch (item.kind) {
      case 'prompt':
        if (this.#open.has(item.id)) return [];
        if (this.#status.accepted.includes(item.id)) return [{ do: 'forget', item: item.id }];
        this.#open.add(item.id);
        if (this.#status.state === 'starting' || this.#status.state === 'idle') this.#become('working', 'a prompt');
        return [{ do: 'write', message: userMessage(item.id, item.text) }];
      case 'interrupt':
        this.#isInterrupted = this.#status.state === 'working' || this.#status.state === 'waiting';
        return [{ do: 'write', message: interruptRequest(item.id) }, { do: 'forget', item: item.id }];
      case 'answer':
        return [...this.#answer(item), { do: 'forget', item: item.id }];
    }
  }

  hear(event: StreamEvent): Effect[] {
    const written = WRITTEN.has(event.kind) ? [...this.#started].flatMap((id) => this.#accept(id)) : [];
    return [...written, ...this.#follow(event)];
  }

  #follow(event: StreamEvent): Effect[] {
    switch (event.kind) {
      case 'init':
        this.#change({ sessionId: event.sessionId });
        return [];
      case 'lifecycle':
        return this.#lifecycle(event.id, event.state);
      case 'replay':
        return this.#replayed(event.id);
      case 'facts':
        this.#worksOn(event);
        return [];
      case 'question':
        this.#ask(event);
        return [];
      case 'withdrawn':
        if (this.#status.question?.id === event.id) this.#become('working', this.#status.evidence);
        return [];
      case 'limit':
        this.#resetsAtMs = event.resetsAtMs;
        return [];
      case 'failure':
        this.#failure = event.failure;
        if (event.failure.resetsAtMs !== null) this.#resetsAtMs = event.failure.resetsAtMs;
        return [];
      case 'retry':
        this.#become('working', event.text);
        return [];
      case 'background':
        this.#backgroundTasks = event.tasks;
        return this.#status.state === 'idle' ? this.#maybeClose() : [];
      case 'result':
        return this.#over(event.result);
    }
  }

  /** The limit's time is over. */
  resume(): Effect[] {
    if (this.#status.state !== 'limited') return [];
    this.#resetsAtMs = null;
    this.#change({ limitedUntil: null });
    this.#become('idle', '');
    return this.take({ kind: 'prompt', id: crypto.randomUUID(), text: goOn(this.#isUsageLimit) });
  }

  /** The program has ended. */
  end(): void {
    this.#become('ended', this.#failure?.text ?? '');
  }

  #lifecycle(id: string, state: string): Effect[] {
    if (state === 'queued') this.#change({ queued: [...(this.#status.queued ?? []), id].slice(-ACCEPTED_KEPT) });
    if (state === 'started') this.#started.add(id);
    if (state === 'queued' || state === 'started') return [];
    // A result may come before the word that its prompt is done with, or after it.
    this.#open.delete(id);
    return [...this.#accept(id), ...(this.#status.state === 'idle' ? this.#maybeClose() : [])];
  }

  /** One that it was never seen to queue was written down in the run before, and is passed over. */
  #replayed(id: string): Effect[] {
    const accepted = this.#accept(id);
    if (this.#status.queued?.includes(id)) return accepted;
    this.#open.delete(id);
    if (this.#open.size > 0 || this.#status.state !== 'working') return accepted;
    this.#become('idle', '');
    return [...accepted, ...this.#maybeClose()];
  }

  /**
   * It is written into the conversation: a second one of this id would be passed over by the program itself. What is
   * only queued dies with the program, and is kept for its next run.
   */
  #accept(id: string): Effect[] {
    this.#started.delete(id);
    if (this.#status.accepted.includes(id)) return [];
    this.#change({ accepted: [...this.#status.accepted, id].slice(-ACCEPTED_KEPT) });
    return [{ do: 'forget', item: id }];
  }

  #worksOn({ facts }: Extract<StreamEvent, { kind: 'facts' }>): void {
    const tool = facts.findLast(({ kind }) => kind === 'tool');
    if (tool?.kind === 'tool') this.#become('working', tool.name);
    else if (facts.some(({ kind }) => kind === 'outcome' || kind === 'said') && this.#status.state !== 'waiting') this.#become('working', this.#status.evidence);
  }

  #ask({ id, tool, input }: Extract<StreamEvent, { kind: 'question' }>): void {
    const question: HeadlessQuestion = { id, tool, text: questionOf(tool, input), input, options: optionsOf(input) };
    this.#become('waiting', question.text);
    this.#change({ question });
  }

  #answer({ question: id, decision }: Extract<InboxItem, { kind: 'answer' }>): Effect[] {
    const { question } = this.#status;
    if (question === null || (id !== '' && id !== question.id)) return [];
    this.#become('working', question.tool);
    return [{ do: 'write', message: permissionResponse(question, decision) }];
  }

  #over(said: Omit<HeadlessResult, 'at' | 'generation'>): Effect[] {
    const failure = this.#failure;
    const isCut = this.#isInterrupted && said.isError && failure === null;
    this.#failure = null;
    this.#isInterrupted = false;
    const text = isCut ? 'interrupted' : said.text;
    const result = { ...said, text, isError: said.isError || failure !== null, at: this.#now(), generation: this.#options.generation };
    const told: Effect = { do: 'result', result };
    this.#change({ failure: result.isError && !isCut ? (failure?.error ?? said.subtype) : null });
    if (result.isError && failure !== null && passes(failure)) return [told, ...this.#limit(failure, text)];
    this.#failures = 0;
    this.#become('idle', result.isError ? text : '');
    return [told, ...this.#maybeClose()];
  }

  #limit(failure: ApiFailure, text: string): Effect[] {
    const resetsAtMs = failure.resetsAtMs ?? this.#resetsAtMs;
    const atMs = goOnAtMs({ ...failure, resetsAtMs }, this.#options.now().getTime(), this.#failures);
    this.#isUsageLimit = failure.isUsageLimit;
    this.#failures += 1;
    this.#become('limited', text);
    this.#change({ limitedUntil: new Date(atMs).toISOString() });
    return [{ do: 'wake', atMs }];
  }

  #maybeClose(): Effect[] {
    if (!this.#options.exitWhenDone || this.#closing || this.#open.size > 0 || this.#backgroundTasks > 0) return [];
    this.#closing = true;
    return [{ do: 'close' }];
  }

  #become(state: HeadlessState, evidence: string): void {
    this.#change({ state, evidence, question: null });
  }

  #change(values: Partial<HeadlessStatus>): void {
    this.#status = { ...this.#status, ...values, at: this.#now() };
  }

  #now(): string {
    return this.#options.now().toISOString();
  }
}
