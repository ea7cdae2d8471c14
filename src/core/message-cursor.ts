/**
 * How far an agent has come in its messages, and which of them change when it goes back to where it was, or forward again.
 * Numbers are given once and never again: so a cursor says of every message of its time whether it was acknowledged. Pure.
 */
import type { MessageCursor } from './checkpoint.ts';
import type { Message, Receipts } from './message.ts';

export type PlacedMessage = Pick<Message, 'id' | 'state' | 'place'> & { readonly receipts: Pick<Receipts, 'dead'> };

export interface CursorChange {
  /** Ids of those that are open again. */
  readonly reopened: readonly string[];
  /** Ids of those that count as acknowledged again. */
  readonly acknowledged: readonly string[];
}

/**
 * What must change for the agent to stand at `cursor`. What came later than that is open; what nobody read in time
 * stays dead, and what died with the agent itself lives again where it was known then.
 */
export function changesTo(cursor: MessageCursor, messages: readonly PlacedMessage[]): CursorChange {
  const open = new Set(cursor.open);
  const reopened: string[] = [];
  const acknowledged: string[] = [];
  for (const { id, state, place, receipts } of messages) {
    const wasAcknowledged = place !== null && place <= cursor.acknowledged && !open.has(id);
    const mayChange = state !== 'dead' || receipts.dead?.cause === 'removed';
    if (mayChange && wasAcknowledged && state !== 'acted') acknowledged.push(id);
    if (!wasAcknowledged && (state === 'acted' || (state === 'dead' && mayChange && open.has(id)))) reopened.push(id);
  }
  return { reopened, acknowledged };
}

export function acknowledgedAt(receipts: Receipts, at: string): Receipts {
  return { ...receipts, accepted: receipts.accepted ?? at, acted: at, reopened: null };
}

/** As it was before it was acknowledged, or died with its recipient. */
export function reopenedAt(receipts: Receipts, at: string): Receipts {
  return { ...receipts, dead: null, reopened: receipts.acted === null ? null : at };
}

/** As it was before a rollback opened it. */
export function closedAgain(receipts: Receipts): Receipts {
  return { ...receipts, dead: null, reopened: null };
}
