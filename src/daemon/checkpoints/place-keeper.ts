/** How far agents have come in what is given to them: held by their checkpoints, and gone back to by a rollback. */
import type { MessageCursor, TaskPosition } from '../../core/checkpoint.ts';

export interface PlaceKeeper<Place> {
  /** Where the agent stands now. */
  placeOf(agent: string): Place;
  /** Takes it there, back or forward again. May be asked twice: the daemon can be killed in between. */
  goTo(agent: string, place: Place): void;
}

/** Each is set by who owns what is given: null where nobody does. */
export interface Places {
  messages: PlaceKeeper<MessageCursor> | null;
  tasks: PlaceKeeper<TaskPosition> | null;
}
