/** The checkpoints as recovery needs them. Filled in by what keeps them; without it, that rung is passed over. */
import type { ManagedAgent } from '../managed-agent.ts';

export interface Rollback {
  /** The id of the last checkpoint that is known to be good; null where there is none. */
  lastGood(agent: ManagedAgent): Promise<string | null>;
  /** Puts the agent's files back to it. Nothing of the agent runs meanwhile. */
  rollBack(agent: ManagedAgent, id: string): Promise<void>;
}

export type RollbackOutcome = { readonly ok: true; readonly id: string } | { readonly ok: false; readonly why: string };

/** Puts the agent's files back to the last good checkpoint, or tells why that is not possible. Never rejects. */
export async function tryRollBack(rollback: Rollback | null, agent: ManagedAgent): Promise<RollbackOutcome> {
  if (rollback === null) return { ok: false, why: 'no checkpoints are kept here' };
  try {
    const id = await rollback.lastGood(agent);
    if (id === null) return { ok: false, why: 'it has no good checkpoint' };
    await rollback.rollBack(agent, id);
    return { ok: true, id };
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) };
  }
}
