/** A budget and what follows from what was spent of it. Pure. */

/** Of the whole budget: told from here on. */
const WARNED_AT = 0.8;

export interface BudgetState {
  readonly usd: number;
  readonly spentUsd: number;
  /** `warned` from 80 %, `exceeded` from all of it: then the agent is paused. */
  readonly state: 'open' | 'warned' | 'exceeded';
}

export function budgetState(usd: number, spentUsd: number): BudgetState {
  // A sum of prices may miss a round budget by the last bit.
  const share = (spentUsd + 1e-9) / usd;
  return { usd, spentUsd, state: share >= 1 ? 'exceeded' : share >= WARNED_AT ? 'warned' : 'open' };
}
