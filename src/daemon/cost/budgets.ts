/** Holds agents to their budgets: warned at 80 %, paused when it is spent. */
import { budgetState } from '../../core/budget.ts';
import { isRunning } from '../../core/state.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';

export class Budgets {
  readonly #registry: Registry;
  readonly #lifecycle: Lifecycle;

  constructor(registry: Registry, lifecycle: Lifecycle) {
    this.#registry = registry;
    this.#lifecycle = lifecycle;
  }

  /** Its sum has grown, or its budget has changed. */
  check(agent: ManagedAgent): void {
    const { budgetUsd } = agent.spec;
    if (budgetUsd === undefined) return;
    const { state, spentUsd } = budgetState(budgetUsd, agent.cost.usd);
    if (state !== 'open') this.#tell(agent, state, budgetUsd, spentUsd);
    if (state === 'exceeded') this.#pause(agent, budgetUsd, spentUsd);
  }

  /** The budget is spent: no call of the model may follow. */
  isSpent({ spec, cost }: ManagedAgent): boolean {
    return spec.budgetUsd !== undefined && budgetState(spec.budgetUsd, cost.usd).state === 'exceeded';
  }

  /** Each budget is told of once a step, also over restarts of the daemon. */
  #tell(agent: ManagedAgent, what: 'warned' | 'exceeded', usd: number, spentUsd: number): void {
    const told = agent.record.budgetTold;
    if (told?.usd === usd && (told.what === what || told.what === 'exceeded')) return;
    this.#registry.patch(agent, { budgetTold: { usd, what } });
    this.#registry.emit(what === 'warned' ? 'budget.warned' : 'budget.exceeded', agent.spec.name, { budgetUsd: usd, spentUsd });
  }

  #pause(agent: ManagedAgent, usd: number, spentUsd: number): void {
    const { name } = agent.spec;
    if (!isRunning(agent.record.state) || agent.record.state === 'paused') return;
    void this.#lifecycle.halts.pause(agent, `its budget of $${usd} is spent ($${spentUsd.toFixed(4)}); to go on: muxward budget set ${name} USD, then muxward resume ${name}`);
  }
}
