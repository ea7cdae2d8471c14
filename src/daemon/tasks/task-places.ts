/** How far agents have come in their tasks: what checkpoints hold of that, and what a rollback does to tasks. */
import type { TaskPosition } from '../../core/checkpoint.ts';
import { afterMove, movesTo, positionOf, type Move } from '../../core/task-position.ts';
import type { TaskTrigger } from '../../core/task.ts';
import type { TaskKeeper } from '../checkpoints/place-keeper.ts';
import type { Change, TaskBook } from './task-book.ts';
import { NOTHING_UNDER_WAY, placedOf, type TaskRecord } from './task-record.ts';
import type { TaskRuns } from './task-runs.ts';

export class TaskPlaces implements TaskKeeper {
  readonly #book: TaskBook;
  readonly #runs: TaskRuns;
  readonly #onRelease: () => void;
  /** Agents that are being taken elsewhere, by how many. */
  readonly #aside = new Map<string, number>();

  constructor(book: TaskBook, runs: TaskRuns, onRelease: () => void) {
    this.#book = book;
    this.#runs = runs;
    this.#onRelease = onRelease;
  }

  isAside(agent: string): boolean {
    return this.#aside.has(agent);
  }

  placeOf(agent: string): TaskPosition {
    return positionOf(this.#of(agent).map(placedOf), this.#book.endedOf(agent));
  }

  wouldHold(agent: string, position: TaskPosition): number {
    const moves = movesTo(this.#of(agent).map(placedOf), position);
    const running = this.#of(agent).filter(({ task, rest }) => task.state === 'running' && rest.number === null);
    return moves.filter(({ kind }) => kind === 'undo').length + running.length;
  }

  goTo(agent: string, position: TaskPosition): number {
    const moves = movesTo(this.#of(agent).map(placedOf), position);
    this.#book.changeAll(moves.map((move) => [this.#book.get(move.placed.task.id), changeOf(move)]));
    return moves.filter(({ kind }) => kind === 'undo').length;
  }

  async aside(agent: string): Promise<{ readonly held: number; readonly release: () => void }> {
    this.#aside.set(agent, (this.#aside.get(agent) ?? 0) + 1);
    const running = this.#of(agent).filter(({ task }) => task.state === 'running');
    for (const record of running) await this.#runs.end(record, 'rollback');
    return { held: running.filter(({ task }) => task.isHeld).length, release: () => this.#release(agent) };
  }

  #release(agent: string): void {
    const left = (this.#aside.get(agent) ?? 1) - 1;
    if (left > 0) this.#aside.set(agent, left);
    else this.#aside.delete(agent);
    this.#onRelease();
  }

  #of(agent: string): TaskRecord[] {
    return this.#book.all().filter(({ task }) => task.agent === agent);
  }
}

function changeOf(move: Move): Change {
  const { task, number, undone } = afterMove(move);
  const { id: _, state, ...values } = task;
  const trigger: TaskTrigger = state === 'completed' || state === 'failed' || state === 'cancelled' ? `restore-${state}` : 'again';
  return { trigger, task: values, rest: { ...NOTHING_UNDER_WAY, number, undone } };
}
