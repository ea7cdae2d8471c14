/** How far agents have come in what is given to them: held by their checkpoints, and gone back to by a rollback. */
import type { MessageCursor, TaskPosition } from '../../core/checkpoint.ts';

/** `Moved`: what going there tells of it. */
export interface PlaceKeeper<Place, Moved> {
  /** Where the agent stands now. */
  placeOf(agent: string): Place;
  /** Takes it there, back or forward again. May be asked twice: the daemon can be killed in between. */
  goTo(agent: string, place: Place): Moved;
}

/** Going there gives how many tasks are held from then on. */
export interface TaskKeeper extends PlaceKeeper<TaskPosition, number> {
  /** How many that would be. */
  wouldHold(agent: string, position: TaskPosition): number;
  /**
   * Before its agent is taken elsewhere: the task that runs is cancelled, pending again and held, and none starts until
   * `release`. `held`: whether there was one.
   */
  aside(agent: string): Promise<{ readonly held: number; readonly release: () => void }>;
}

/** Each is set by who owns what is given: null where nobody does. */
export interface Places {
  /** Going there gives how many messages are open again. */
  messages: PlaceKeeper<MessageCursor, number> | null;
  tasks: TaskKeeper | null;
}
