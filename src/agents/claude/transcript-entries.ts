/** Facts of a transcript become the entries that are shown: a tool call and its outcome, lines apart, become one. */
import type { TranscriptEntry } from '../../core/transcript.ts';
import { isObject } from './json-lines.ts';
import type { TranscriptFact } from './transcript-facts.ts';

type Call = Extract<TranscriptFact, { kind: 'tool' }>;

/** Of one file: the conversation's own, or one subagent's. */
export class TranscriptEntries {
  readonly #subagent: string | null;
  readonly #open = new Map<string, Call>();
  /** Calls of which it was already told that they run. */
  readonly #told = new Set<string>();

  constructor(subagent: string | null) {
    this.#subagent = subagent;
  }

  /** The entries that these facts complete, in their order. */
  add(facts: readonly TranscriptFact[]): TranscriptEntry[] {
    return facts.flatMap((fact) => this.#entriesOf(fact));
  }

  /** Calls without an outcome, each told once. */
  running(): TranscriptEntry[] {
    const untold = [...this.#open.values()].filter(({ id }) => !this.#told.has(id));
    for (const { id } of untold) this.#told.add(id);
    return untold.map((call) => this.#tool(call, 'running', '', call.at));
  }

  #entriesOf(fact: TranscriptFact): TranscriptEntry[] {
    switch (fact.kind) {
      case 'prompt':
        return [this.#entry(fact, 'user', fact.text)];
      case 'said':
        return fact.text.trim() === '' ? [] : [{ ...this.#entry(fact, 'assistant', fact.text), model: fact.model }];
      case 'failure':
        return [this.#entry(fact, 'system', fact.failure.text)];
      case 'note':
        return [this.#entry(fact, 'system', fact.text)];
      case 'tool':
        this.#open.set(fact.id, fact);
        return [];
      case 'outcome': {
        const call = this.#open.get(fact.toolId);
        if (call === undefined) return [];
        this.#open.delete(fact.toolId);
        return [this.#tool(call, fact.failed ? 'failed' : 'ok', fact.text, fact.at ?? call.at)];
      }
      case 'usage':
      case 'totals':
        return [];
    }
  }

  #entry(fact: TranscriptFact, who: TranscriptEntry['who'], text: string): TranscriptEntry {
    const subagent = this.#subagent ?? (fact.isSide ? 'subagent' : null);
    return { at: fact.at, who, text, tool: null, model: null, subagent, sessionId: fact.sessionId };
  }

  #tool(call: Call, outcome: 'ok' | 'failed' | 'running', result: string, at: string | null): TranscriptEntry {
    const { id, name, input } = call;
    return { ...this.#entry(call, 'tool', ''), at, tool: { id, name, summary: summaryOf(input), input, outcome, result } };
  }
}

/** The argument that says most of what a call does. */
const TELLING = ['command', 'file_path', 'notebook_path', 'pattern', 'url', 'query', 'description', 'skill', 'prompt'] as const;

/** What a call does, in one line. */
function summaryOf(input: unknown): string {
  if (!isObject(input)) return '';
  for (const key of TELLING) {
    const value = input[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return Object.keys(input).length === 0 ? '' : JSON.stringify(input);
}
