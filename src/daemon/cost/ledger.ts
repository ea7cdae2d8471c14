/**
 * Counts what Claude Code agents use, from their transcripts: each message once, by its id. What was read up to where is
 * stored with what was found there, so that whenever the daemon is killed nothing is lost and nothing counted twice.
 */
import fs from 'node:fs';
import path from 'node:path';
import { factsOf, type TranscriptFact } from '../../agents/claude/transcript-facts.ts';
import { findTranscript, subagentFolder } from '../../agents/claude/transcript-path.ts';
import type { ModelTotal } from '../../core/cost.ts';
import { reportOf, sumOf, type CostGroup, type CostReport, type CostSum } from '../../core/cost-report.ts';
import type { Payer } from '../../store/cost-rows.ts';
import type { Store } from '../../store/store.ts';
import { GrowingFile } from '../claude/growing-file.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import { allLines, type PriceOf } from './account.ts';

export interface LedgerOptions {
  readonly store: Store;
  readonly priceOf: PriceOf;
  /** A fact that is not about cost: something was said, a call failed. */
  /** The task that an agent worked on at that time (ISO 8601); null outside tasks. */
  readonly taskAt: (agent: ManagedAgent, at: string) => string | null;
  readonly onFact: (agent: ManagedAgent, fact: TranscriptFact) => void;
}

/** Lines without one of these words hold nothing for the ledger, and are not worth parsing. */
const TELLING = /"usage"|"cost-state"|"isApiErrorMessage"/;

export class Ledger {
  readonly #options: LedgerOptions;
  readonly #files = new Map<string, GrowingFile>();
  /** Where a session's transcript lies, once it is there. */
  readonly #transcripts = new Map<string, string>();

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  /** Reads what the agent's conversations and their subagents wrote since the last look. True where something was counted. */
  read(agent: ManagedAgent): boolean {
    let counted = false;
    for (const sessionId of sessionsOf(agent)) {
      const transcript = this.#transcriptOf(agent, sessionId);
      if (transcript === undefined) continue;
      for (const file of [transcript, ...subagentFiles(transcript)]) counted = this.#count(agent, file) || counted;
    }
    return counted;
  }

  /** What a headless run said that its session used so far. */
  total(agent: ManagedAgent, sessionId: string, totals: readonly ModelTotal[], at: string): void {
    const { store } = this.#options;
    store.transaction(() => {
      for (const total of totals) store.costs.putTotal({ ...total, ...this.#payerAt(agent, at), sessionId, at });
    });
  }

  report(by: CostGroup, since: string | null, agentIds: ReadonlySet<string> | null): CostReport {
    return reportOf(this.#lines(since, agentIds), by, since);
  }

  /** All that one agent cost so far. */
  spent(agent: ManagedAgent): CostSum {
    return sumOf(this.#lines(null, new Set([agent.record.id])));
  }

  #lines(since: string | null, agentIds: ReadonlySet<string> | null) {
    const { costs } = this.#options.store;
    const isMeant = ({ agentId }: Payer): boolean => agentIds === null || agentIds.has(agentId);
    const copies = costs.copies();
    // One agent's own rows are enough, unless some of what it has comes from another's.
    const only = agentIds?.size === 1 && copies.length === 0 ? ([...agentIds][0] ?? null) : null;
    const sums = costs.sums(null, only);
    const recent = since === null ? sums : costs.sums(since, only);
    const counted = { sums, copies, totals: costs.totals(only) };
    return allLines(counted, since, isMeant, recent, this.#options.priceOf);
  }

  #transcriptOf(agent: ManagedAgent, sessionId: string): string | undefined {
    const known = this.#transcripts.get(sessionId);
    if (known !== undefined) return known;
    const found = findTranscript(agent.spec, sessionId);
    if (found !== undefined) this.#transcripts.set(sessionId, found);
    return found;
  }

  #count(agent: ManagedAgent, path: string): boolean {
    let counted = false;
    const file = this.#fileOf(path);
    for (const lines of file.read()) {
      const facts = lines.filter((line) => TELLING.test(line)).flatMap((line) => factsOf(line));
      if (facts.some(isCost)) {
        this.#store(agent, file, facts);
        counted = true;
      }
      for (const fact of facts) if (!isCost(fact)) this.#options.onFact(agent, fact);
    }
    return counted;
  }

  #store(agent: ManagedAgent, file: GrowingFile, facts: readonly TranscriptFact[]): void {
    const { store } = this.#options;
    store.transaction(() => {
      for (const fact of facts) {
        if (fact.kind === 'usage') store.costs.putMessage(fact.usage, this.#payerAt(agent, fact.usage.at));
        if (fact.kind === 'totals') this.#putTotals(agent, fact.sessionId, fact.totals);
      }
      store.costs.putOffset(file.path, file.offset);
    });
  }

  #putTotals(agent: ManagedAgent, sessionId: string, totals: readonly ModelTotal[]): void {
    const at = new Date().toISOString();
    for (const total of totals) this.#options.store.costs.putTotal({ ...total, ...this.#payerAt(agent, at), sessionId, at });
  }

  #payerAt(agent: ManagedAgent, at: string): Payer {
    return { agentId: agent.record.id, agent: agent.spec.name, task: this.#options.taskAt(agent, at) };
  }

  #fileOf(path: string): GrowingFile {
    const known = this.#files.get(path);
    if (known) return known;
    const file = new GrowingFile(path, this.#options.store.costs.offsetOf(path));
    this.#files.set(path, file);
    return file;
  }
}

function isCost({ kind }: TranscriptFact): boolean {
  return kind === 'usage' || kind === 'totals';
}

/** The conversation it is in, and those that it was in before: their last lines may not have been read. */
function sessionsOf({ record }: ManagedAgent): string[] {
  return [...new Set([...(record.sessionId === null ? [] : [record.sessionId]), ...(record.earlierSessions ?? [])])];
}

function subagentFiles(transcript: string): string[] {
  const folder = subagentFolder(transcript);
  try {
    return fs.readdirSync(folder).flatMap((name) => (name.endsWith('.jsonl') ? [path.join(folder, name)] : []));
  } catch {
    return [];
  }
}
