/** Looks that cost something are made at all where they are few, and in turn where they are many. Pure but for its memory. */

/** So many looks at /proc take a millisecond. */
const AT_ONCE = 50;
/** Each has its turn after so many rounds, however many there are. */
const MOST_ROUNDS = 4;

export class LookTurns {
  #round = 0;

  /** Begins a round: says of each of `count`, by its place, whether it has its turn. */
  next(count: number): (place: number) => boolean {
    const rounds = Math.min(MOST_ROUNDS, Math.ceil(count / AT_ONCE));
    const round = this.#round;
    this.#round += 1;
    return (place) => rounds <= 1 || (place + round) % rounds === 0;
  }
}
