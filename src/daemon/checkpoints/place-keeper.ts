/** How far agents have come in what is given to them: held by their checkpoints, and gone back to by a rollback. */
import type { MessageCursor, TaskPosition } from '../../core/checkpoint.ts';

/** `Moved`: what going there tells of it. */
export interface PlaceKeeper<Place, Moved = void> {
  /** Where the agent stands now. */
  placeOf(agent: string): Place;
  /** Takes it there, back or forward again. May be asked twice: the daemon can be killed in between. */
  goTo(agent: string, place: Place): Moved;
}

/** Each is set by who owns what is given: null where nobody does. */
export interface Places {
  /** Going there gives how many messages are open again. */
  messages: PlaceKeeper<MessageCursor, number> | null;
  tasks: PlaceKeeper<TaskPosition> | null;
}
