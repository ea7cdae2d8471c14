/** Lets one task at a time work on a thing, in the order in which they came: two senders never type at once. */

export class OneAtATime<Thing extends object> {
  readonly #last = new WeakMap<Thing, Promise<unknown>>();

  /** Runs `task` once all that were asked for before it have ended, however they did. */
  do<T>(thing: Thing, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(thing) ?? Promise.resolve();
    const mine = before.then(task, task);
    this.#last.set(thing, mine.catch(() => undefined));
    return mine;
  }
}
