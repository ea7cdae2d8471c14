/** `cost`: what agents used and what that costs. */
import { MuxwardError } from '../../core/errors.ts';
import type { Routes } from '../../core/protocol.ts';
import { isEmpty, select } from '../../core/selector.ts';
import { toAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';

/** With a selector only of agents that are there; without one also of those that were removed. */
export function cost({ registry, ledger, costs }: Daemon, { by, since, selector }: Routes['GET /api/cost']['takes']): Routes['GET /api/cost']['gives'] {
  if (since !== undefined && Number.isNaN(Date.parse(since))) {
    throw new MuxwardError('usage', `since: "${since}" is no time`, { hint: 'ISO 8601, for example 2030-01-31T12:00:00Z' });
  }
  for (const agent of registry.all()) costs.look(agent);
  const agents = selector === undefined || isEmpty(selector) ? null : select(registry.all().map(toAgent), selector);
  return ledger.report(by, since === undefined ? null : new Date(since).toISOString(), agents && new Set(agents.map(({ id }) => id)));
}
