/** A conversation with its subagents, read for somebody who looks: the last entries, and then what comes. */
import fs from 'node:fs';
import path from 'node:path';
import { TranscriptEntries } from '../../agents/claude/transcript-entries.ts';
import { factsOf } from '../../agents/claude/transcript-facts.ts';
import { subagentFolder } from '../../agents/claude/transcript-path.ts';
import type { TranscriptEntry } from '../../core/transcript.ts';
import { GrowingFile, nearEnd } from './growing-file.ts';

/** An entry of this length, with what Claude Code writes around it, is a long one. */
const BYTES_PER_ENTRY = 40_000;
const LEAST_BYTES = 4 * 2 ** 20;

interface Source {
  readonly file: GrowingFile;
  readonly entries: TranscriptEntries;
}

export class ConversationReader {
  readonly #transcript: string;
  readonly #bytes: number;
  readonly #sources = new Map<string, Source>();

  /** @param limit so many entries will be wanted from the end */
  constructor(transcript: string, limit: number) {
    this.#transcript = transcript;
    this.#bytes = Math.max(LEAST_BYTES, limit * BYTES_PER_ENTRY);
  }

  /** Entries that were written down since the last call, by time; calls that have no outcome yet come as running. */
  next(): TranscriptEntry[] {
    this.#find();
    const entries = [...this.#sources.values()].flatMap(({ file, entries: into }) => {
      const done = [...file.read()].flatMap((lines) => lines.flatMap((line) => into.add(factsOf(line))));
      return [...done, ...into.running()];
    });
    return this.#sources.size === 1 ? entries : entries.toSorted(byTime);
  }

  #find(): void {
    this.#add(this.#transcript, null);
    const folder = subagentFolder(this.#transcript);
    if (!fs.existsSync(folder)) return;
    for (const name of fs.readdirSync(folder)) {
      if (name.endsWith('.jsonl')) this.#add(path.join(folder, name), name.replace(/^agent-/, '').replace(/\.jsonl$/, ''));
    }
  }

  #add(file: string, subagent: string | null): void {
    if (this.#sources.has(file)) return;
    this.#sources.set(file, { file: new GrowingFile(file, nearEnd(file, this.#bytes)), entries: new TranscriptEntries(subagent) });
  }
}

function byTime(a: TranscriptEntry, b: TranscriptEntry): number {
  return (a.at ?? '').localeCompare(b.at ?? '');
}
