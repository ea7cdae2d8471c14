/**
 * What a headless conversation tells of itself: `run/<agent>/headless.json`, replaced at each change, and
 * `run/<agent>/result.json`, what came of its last turn. Read by the daemon, and by its own next run.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { HeadlessResult } from '../../../core/headless.ts';
import { parseObject } from '../json-lines.ts';

export type HeadlessState = 'starting' | 'working' | 'waiting' | 'idle' | 'limited' | 'ended';

/** A question that holds the turn. */
export interface HeadlessQuestion {
  readonly id: string;
  readonly tool: string;
  /** In one line: what it wants to do, or asks. */
  readonly text: string;
  readonly input: unknown;
  /** What can be answered besides allow and deny; empty for a permission. */
  readonly options: readonly string[];
}

export interface HeadlessStatus {
  readonly state: HeadlessState;
  /** In a few words: the tool that runs, the error. */
  readonly evidence: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly generation: number;
  readonly sessionId: string | null;
  readonly question: HeadlessQuestion | null;
  /** Until when nothing can be done, where the account's usage limit is reached. */
  readonly limitedUntil: string | null;
  /** Ids of prompts that stand in the conversation, whatever happens to the program; the latest last. */
  readonly accepted: readonly string[];
  /** Ids of prompts that the program of this run took. Drivers of earlier versions do not tell. */
  readonly queued?: readonly string[];
  /** Claude Code's word for what went wrong last: `authentication_failed`, `rate_limit` … */
  readonly failure: string | null;
}

export const STATUS_FILE = 'headless.json';
export const RESULT_FILE = 'result.json';
/** The first prompt, as the daemon leaves it for a conversation that begins. */
export const PROMPT_FILE = 'headless-prompt.json';

/** By rename: whoever reads sees the old one or the new one. */
export function writeJson(runFolder: string, name: string, value: HeadlessStatus | HeadlessResult): void {
  const half = path.join(runFolder, `.${name}`);
  fs.writeFileSync(half, JSON.stringify(value), { mode: 0o600 });
  fs.renameSync(half, path.join(runFolder, name));
}

export function readStatus(runFolder: string): HeadlessStatus | undefined {
  return readJson(runFolder, STATUS_FILE) as HeadlessStatus | undefined;
}

export function readResult(runFolder: string): HeadlessResult | undefined {
  return readJson(runFolder, RESULT_FILE) as HeadlessResult | undefined;
}

function readJson(runFolder: string, name: string): unknown {
  try {
    return parseObject(fs.readFileSync(path.join(runFolder, name), 'utf8'));
  } catch {
    return undefined;
  }
}
