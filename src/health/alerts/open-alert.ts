/** One open alert, and how findings become it. Pure; when they do is alert-book.ts. */
import type { Alert, RuleSeverity } from '../../core/alert.ts';
import type { Moment } from './moment.ts';

/** Something that is wrong, of one agent or of none. */
export interface Finding {
  /** `rule|agent`: the same again bears the same key. */
  readonly key: string;
  readonly rule: string;
  readonly severity: RuleSeverity;
  /** Whom it is about: one agent, none, or those that one event hit. */
  readonly agents: readonly string[];
  /** With the agent's name. */
  readonly message: string;
  /** Nothing will ever say that it is over: it ends when somebody acknowledges it. */
  readonly sticky: boolean;
}

export interface OpenAlert {
  alert: Alert;
  /** What of it is still so. */
  readonly keys: Set<string>;
  readonly firstKey: string;
  readonly sticky: boolean;
  readonly raisedAtMs: number;
  lastJoinMs: number;
  /** It flaps, and is not so since then. */
  calmSinceMs: number | null;
  calmKey: string | null;
  /** What the last thing that became well said; empty where nothing has yet. */
  recovery: string;
}

/** One that was stored, for the daemon that goes on with it. */
export function storedAsOpen({ alert, keys, sticky }: { readonly alert: Alert; readonly keys: readonly string[]; readonly sticky: boolean }, nowMs: number, wallMs: number): OpenAlert {
  const raisedAtMs = nowMs - Math.max(0, wallMs - Date.parse(alert.at));
  return { alert, keys: new Set(keys), firstKey: keys[0] ?? '', sticky, raisedAtMs, lastJoinMs: raisedAtMs, calmSinceMs: null, calmKey: null, recovery: '' };
}

interface Counted {
  readonly finding: Finding;
  readonly count: number;
}

const NAMES_SHOWN = 10;

/** @param flaps how often it came lately, where that is often */
export function openFrom(members: readonly Counted[], { id, silenced, flaps }: { id: string; silenced: boolean; flaps: number }, { nowMs, at }: Moment): OpenAlert {
  const findings = members.map(({ finding }) => finding);
  const agents = [...new Set(findings.flatMap((finding) => finding.agents))];
  const first = findings[0];
  const message = findings.length > 1 ? manyInWords(agents, first?.message ?? '') : `${first?.message ?? ''}${flaps > 0 ? ` (comes and goes: ${flaps} times in 10 min)` : ''}`;
  const alert: Alert = {
    ...blank(id, at),
    severity: findings.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning',
    agent: findings.length === 1 && agents.length === 1 ? (agents[0] ?? null) : null,
    message,
    rule: first?.rule ?? '',
    agents,
    count: members.reduce((sum, { count }) => sum + count, 0),
    silenced,
  };
  const keys = new Set(findings.map(({ key }) => key));
  return { alert, keys, firstKey: first?.key ?? '', sticky: first?.sticky ?? false, raisedAtMs: nowMs, lastJoinMs: nowMs, calmSinceMs: null, calmKey: null, recovery: '' };
}

/** An alert that no rule raises. A recovery is over from the beginning. */
export function unruledAlert(id: string, said: Pick<Alert, 'severity' | 'agent' | 'message' | 'rule'>, { at }: Moment): Alert {
  return { ...blank(id, at), ...said, agents: said.agent === null ? [] : [said.agent], closedAt: said.severity === 'recovery' ? at : null };
}

function blank(id: string, at: string): Pick<Alert, 'id' | 'at' | 'acknowledgedAt' | 'count' | 'lastAt' | 'closedAt' | 'escalatedAt' | 'silenced' | 'recovers'> {
  return { id, at, acknowledgedAt: null, count: 1, lastAt: at, closedAt: null, escalatedAt: null, silenced: false, recovers: null };
}

/** More of the same, or what follows from it. */
export function joinInto(open: OpenAlert, members: readonly Counted[], { nowMs, at }: Moment): Alert {
  const { alert } = open;
  const agents = [...new Set([...alert.agents, ...members.flatMap(({ finding }) => finding.agents)])];
  const isSame = members[0]?.finding.rule === alert.rule;
  for (const { finding } of members) open.keys.add(finding.key);
  open.lastJoinMs = nowMs;
  open.alert = {
    ...alert,
    agents,
    count: alert.count + (isSame ? members.reduce((sum, { count }) => sum + count, 0) : 0),
    lastAt: at,
    message: isSame ? manyInWords(agents, members[0]?.finding.message ?? '') : alert.message,
  };
  return open.alert;
}

function manyInWords(agents: readonly string[], example: string): string {
  return `${agents.length} agents at once: ${namesInWords(agents)}; ${example}`;
}

/** `a, b, c and 17 more`. */
export function namesInWords(names: readonly string[]): string {
  const shown = names.length <= NAMES_SHOWN ? names : names.slice(0, NAMES_SHOWN - 1);
  return names.length === shown.length ? names.join(', ') : `${shown.join(', ')} and ${names.length - shown.length} more`;
}

/** The alert that says that another one is over: a document of its own, closed from the beginning. */
export function recoveryOf({ alert, recovery }: OpenAlert, id: string, { at }: Moment): Alert {
  const message = alert.agents.length > 1 ? `over: ${alert.message}` : recovery;
  return { ...alert, id, at, severity: 'recovery', message, count: 1, lastAt: at, acknowledgedAt: at, closedAt: at, escalatedAt: null, recovers: alert.id };
}
