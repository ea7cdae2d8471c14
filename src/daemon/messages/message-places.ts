/** How far agents have come in their messages, for checkpoints; which of them change is core/message-cursor.ts. */
import type { MessageCursor } from '../../core/checkpoint.ts';
import { changesTo, closedAgain, reopenedAt, type CursorChange } from '../../core/message-cursor.ts';
import type { Message, Receipts } from '../../core/message.ts';
import type { PlaceKeeper } from '../checkpoints/place-keeper.ts';
import type { MessageChanges } from './message-changes.ts';

export class MessagePlaces implements PlaceKeeper<MessageCursor, number> {
  readonly #changes: MessageChanges;

  constructor(changes: MessageChanges) {
    this.#changes = changes;
  }

  placeOf(agent: string): MessageCursor {
    const { messages } = this.#changes.store;
    return { acknowledged: messages.lastPlace(agent), open: messages.open(agent).map(({ id }) => id) };
  }

  /** Gives how many messages are open again. @throws MuxwardError `storage`, with nothing changed */
  goTo(agent: string, cursor: MessageCursor): number {
    const { reopened, acknowledged } = this.changesTo(agent, cursor);
    if (reopened.length + acknowledged.length === 0) return 0;
    const at = this.#changes.now();
    this.#changes.commit(() => {
      for (const id of reopened) this.#change(id, (receipts) => reopenedAt(receipts, at));
      for (const id of acknowledged) this.#change(id, closedAgain);
    });
    return reopened.length;
  }

  /** What `goTo` would change. */
  changesTo(agent: string, cursor: MessageCursor): CursorChange {
    return changesTo(cursor, this.#changes.store.messages.placed(agent));
  }

  #change(id: string, to: (receipts: Receipts) => Receipts): void {
    const { messages } = this.#changes.store;
    const message: Message | undefined = messages.find(id);
    if (message !== undefined) messages.change(message, { receipts: to(message.receipts) });
  }
}
