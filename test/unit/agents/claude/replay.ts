/** Replays what the real Claude Code once reported (test/data/claude), and tells what would have been shown. */
import { readFileSync } from 'node:fs';
import { activityOf, settlesAt } from '../../../../src/agents/claude/activity.ts';
import { readHook, type HookRecord } from '../../../../src/agents/claude/hook-record.ts';
import { hear } from '../../../../src/agents/claude/hear.ts';
import { newMind, type Mind } from '../../../../src/agents/claude/mind.ts';
import { see } from '../../../../src/agents/claude/see-session.ts';
import { readSession, type SessionFact } from '../../../../src/agents/claude/session-file.ts';

const BEGIN_MS = Date.parse('2030-01-31T12:00:00Z');

export type Fact = { readonly atMs: number } & (
  | { readonly hook: { readonly event: string; readonly payload: object } }
  | { readonly session: object }
);

export const at = (ms: number): string => new Date(BEGIN_MS + ms).toISOString();

/** The facts of a recording, in order; the first line says what it shows. */
export function recorded(name: string): Fact[] {
  const lines = readFileSync(`test/data/claude/${name}.jsonl`, 'utf8').trim().split('\n');
  return lines.slice(1).map((line) => JSON.parse(line) as Fact);
}

export function hookOf(atMs: number, event: string, payload: object): HookRecord {
  const hook = readHook(`${atMs}-1`, `muxward-hook 1 1 ${event}\n${JSON.stringify(payload)}\nend\n`, at(atMs));
  if (typeof hook === 'string') throw new Error(`${event} is ${hook}`);
  return hook;
}

function sessionOf(fields: { statusUpdatedAt?: number }): SessionFact {
  const fact = readSession(JSON.stringify({ ...fields, statusUpdatedAt: BEGIN_MS + (fields.statusUpdatedAt ?? 0) }));
  if (fact === undefined) throw new Error('this is no session file');
  return fact;
}

export function after(mind: Mind, fact: Fact): Mind {
  return 'hook' in fact ? hear(mind, hookOf(fact.atMs, fact.hook.event, fact.hook.payload)) : see(mind, sessionOf(fact.session));
}

/** `status: detail` each time it changes; `withSession: false`: as if there were no session file. */
export function shown(facts: readonly Fact[], options: { withSession?: boolean } = {}): { line: string; mind: Mind; atMs: number }[] {
  const { withSession = true } = options;
  let mind = newMind(1, at(0));
  const steps: { line: string; mind: Mind; atMs: number }[] = [];
  const note = (atMs: number): void => {
    const { status, detail } = activityOf(mind, BEGIN_MS + atMs);
    const line = typeof detail === 'string' ? `${status}: ${detail}` : status;
    if (steps.at(-1)?.line === line) steps.pop();
    steps.push({ line, mind, atMs });
  };
  const used = facts.filter((fact) => withSession || 'hook' in fact);
  for (const [i, fact] of used.entries()) {
    mind = after(mind, fact);
    note(fact.atMs);
    const settles = settlesAt(mind);
    const next = used[i + 1]?.atMs ?? Infinity;
    if (settles !== null && settles - BEGIN_MS < next) note(settles - BEGIN_MS);
  }
  return steps;
}

export function lines(name: string, options?: { withSession?: boolean }): string[] {
  return shown(recorded(name), options).map(({ line }) => line);
}
