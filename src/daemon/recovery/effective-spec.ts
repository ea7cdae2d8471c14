/** What an agent is started from: its specification, or what it has failed over to. The same object each time. */
import type { AgentSpec } from '../../core/agent.ts';

const failedOver = new WeakMap<AgentSpec, AgentSpec>();

/** Of an agent: what it was told to be, and whether it has failed over. */
interface Subject {
  readonly spec: AgentSpec;
  readonly record: { readonly failedOver?: boolean };
}

export function effectiveSpec({ spec, record }: Subject): AgentSpec {
  const failover = spec.recovery?.failover;
  if (record.failedOver !== true || !failover) return spec;
  const known = failedOver.get(spec);
  if (known) return known;
  const made: AgentSpec = {
    ...spec,
    type: failover.type ?? spec.type,
    command: failover.command ?? spec.command,
    env: { ...spec.env, ...failover.env },
    model: failover.model ?? spec.model,
  };
  failedOver.set(spec, made);
  return made;
}
