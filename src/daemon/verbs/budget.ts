/** `budget show` and `budget set`: what an agent may cost. */
import { budgetState, type BudgetState } from '../../core/budget.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';

/** As it is now: what was written down since the last look is counted first. */
export function budget({ registry, costs }: Daemon, name: string): { budget: BudgetState | null } {
  const agent = registry.get(name);
  costs.look(agent);
  return { budget: stateOf(agent) };
}

/** Null takes it away. What is paused for its old budget stays so until it is resumed. */
export function setBudget(daemon: Daemon, name: string, usd: number | null): { budget: BudgetState | null } {
  const { registry, budgets } = daemon;
  const agent = registry.get(name);
  if (agent.spec.type !== 'claude-code') {
    throw new MuxwardError('usage', `${name} is a ${agent.spec.type}, whose cost nobody counts`, { hint: 'budgets are for claude-code' });
  }
  const { budgetUsd: _old, ...rest } = agent.spec;
  registry.respecify(agent, usd === null ? rest : { ...rest, budgetUsd: usd });
  budgets.check(agent);
  registry.flush();
  return { budget: stateOf(agent) };
}

function stateOf({ spec, cost }: ManagedAgent): BudgetState | null {
  return spec.budgetUsd === undefined ? null : budgetState(spec.budgetUsd, cost.usd);
}
