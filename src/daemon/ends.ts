/** Which end an agent had: the one that its wrapper saw, under the reason for which we or others brought it about. */
import { describeEnd, type End, type EndKind } from '../core/end.ts';
import type { ManagedAgent } from './managed-agent.ts';

/** Why we end an agent ourselves; `until` is for usage limits, as in End. */
export interface Because {
  readonly kind: EndKind;
  readonly detail: string;
  readonly until?: string;
  /** It is not to be run again, whatever the policy says. */
  readonly isFinal?: true;
}

/** Knows more of an end than its status tells: that it was a usage limit, or the kernel's, for want of memory. */
export type Explain = (agent: ManagedAgent, seen: End) => End;

/** The end with its reason: ours where we brought it about, otherwise what those know who can explain ends. */
export function explainEnd(agent: ManagedAgent, seen: End, explainers: readonly Explain[]): End {
  if (agent.ending !== null) return attribute(seen, agent.ending);
  return explainers.reduce((end, explain) => explain(agent, end), seen);
}

/** An end that we brought about ourselves bears our reason; its code and signal stay. */
function attribute(seen: End, ending: NonNullable<ManagedAgent['ending']>): End {
  if (seen.kind === 'missing-cwd' || seen.kind === 'spawn-failed') return seen;
  if (ending.kind === 'stopped-by-user') return { ...seen, kind: ending.kind };
  const { kind, detail = describeEnd(seen), until } = ending;
  return { ...seen, kind, detail, ...(until === undefined ? {} : { until }) };
}
