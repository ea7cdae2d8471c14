/**
 * What Claude Code writes of each living session into `sessions/<pid>.json` of its configuration folder, and what
 * `claude agents --json` shows. It tells what no hook tells: that a turn was interrupted. Pure.
 */
import { textOf } from './hook-record.ts';

export interface SessionFact {
  readonly sessionId: string;
  /** `shell`: idle, with a command in the background. */
  readonly status: 'busy' | 'idle' | 'waiting' | 'shell';
  /** `permission prompt`, `input needed`, `dialog open` … */
  readonly waitingFor: string | null;
  /** ISO 8601, UTC: when the status became so. */
  readonly at: string;
  /** Of Claude Code; null where it does not say. */
  readonly version: string | null;
}

const STATUSES = ['busy', 'idle', 'waiting', 'shell'] as const;

/** Undefined where the file is none, or of a version that writes something else. */
export function readSession(content: string): SessionFact | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(content) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const status = STATUSES.find((known) => known === fields['status']);
  const sessionId = textOf(fields['sessionId']);
  const atMs = fields['statusUpdatedAt'];
  if (status === undefined || sessionId === undefined || typeof atMs !== 'number') return undefined;
  return { sessionId, status, waitingFor: textOf(fields['waitingFor']) ?? null, at: new Date(atMs).toISOString(), version: textOf(fields['version']) ?? null };
}
