/** All tasks of one home, and the only way to change them: a change is stored before anybody acts upon it or hears of it. */
import { MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import { isOver, nextTaskState, type Task, type TaskTrigger } from '../../core/task.ts';
import { chooseToForget } from '../../core/task-queue.ts';
import type { Store } from '../../store/store.ts';
import type { Registry } from '../registry.ts';
import type { TaskLaunch, TaskRecord, TaskRest } from './task-record.ts';

export interface Change {
  /** Undefined where its state stays. */
  readonly trigger?: TaskTrigger;
  readonly task?: Partial<Omit<Task, 'id' | 'state'>>;
  readonly rest?: Partial<TaskRest>;
  /** The end of what it printed; undefined where that stays. */
  readonly output?: string | null;
}

type Listener = (record: TaskRecord) => void;

const PAUSED = 'paused';
/** Of an agent: how many of its tasks ever ended. */
const endedMark = (agent: string): string => `ended ${agent}`;

export class TaskBook {
  readonly #store: Store;
  readonly #registry: Registry;
  readonly #records = new Map<string, TaskRecord>();
  readonly #listeners = new Set<Listener>();
  #marks = new Map<string, number>();

  constructor(store: Store, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  load(): void {
    for (const { id, task, rest } of this.#store.tasks.all()) this.#records.set(id, { id, task: task as Task, rest: rest as TaskRest });
    this.#marks = this.#store.tasks.marks();
  }

  /** Oldest first. */
  all(): TaskRecord[] {
    return [...this.#records.values()];
  }

  ofRun(run: string): TaskRecord[] {
    return this.all().filter(({ task }) => task.plan?.run === run);
  }

  /** Those that are not over. */
  open(): TaskRecord[] {
    return this.all().filter(({ task }) => !isOver(task.state));
  }

  find(id: string): TaskRecord | undefined {
    return this.#records.get(id);
  }

  /** @throws MuxwardError `not-found` */
  get(id: string): TaskRecord {
    const record = this.#records.get(id);
    if (record) return record;
    throw new MuxwardError('not-found', `no task ${printable(id)}`, { hint: 'muxward task list shows all there are' });
  }

  /** With what it printed. */
  whole({ id, task }: TaskRecord): Task {
    return task.result === null ? task : { ...task, result: { ...task.result, output: this.#store.tasks.output(id) } };
  }

  launchOf({ id }: TaskRecord): TaskLaunch {
    return this.#store.tasks.launch(id) as TaskLaunch;
  }

  /** All or none. @throws MuxwardError `storage` */
  add(added: readonly (readonly [TaskRecord, TaskLaunch])[]): void {
    this.#store.transaction(() => {
      for (const [{ id, task, rest }, launch] of added) this.#store.tasks.add({ id, task, rest }, launch);
    });
    for (const [record] of added) {
      this.#records.set(record.id, record);
      this.#registry.emit('task.submitted', record.task.agent, { id: record.id, description: record.task.description });
    }
  }

  /** False where the state table knows no way: it came late, and nothing changed. @throws MuxwardError `storage` */
  change(record: TaskRecord, change: Change): boolean {
    return this.changeAll([[record, change]]);
  }

  /** All of them or none. */
  changeAll(changes: readonly (readonly [TaskRecord, Change])[]): boolean {
    const made = changes.flatMap(([record, { trigger, task, rest, output }]) => {
      const state = trigger === undefined ? record.task.state : nextTaskState(record.task.state, trigger);
      return state === undefined ? [] : [{ record, trigger, task: { ...record.task, ...task, state }, rest: { ...record.rest, ...rest }, output }];
    });
    if (made.length < changes.length) return false;
    this.#store.transaction(() => {
      for (const { record, task, rest, output } of made) {
        this.#store.tasks.put({ id: record.id, task, rest });
        if (output !== undefined) this.#store.tasks.setOutput(record.id, output);
        if (task.agent !== null && rest.number !== null) this.#mark(endedMark(task.agent), Math.max(rest.number, this.endedOf(task.agent)));
      }
    });
    for (const { record, trigger, task, rest } of made) {
      const before = record.task;
      Object.assign(record, { task, rest });
      this.#tell(record, before, trigger);
    }
    this.#registry.notice();
    return true;
  }

  /** How many tasks of the agent ever ended. */
  endedOf(agent: string): number {
    return this.#marks.get(endedMark(agent)) ?? 0;
  }

  get isPaused(): boolean {
    return this.#marks.get(PAUSED) === 1;
  }

  setPaused(isPaused: boolean): void {
    this.#store.transaction(() => this.#mark(PAUSED, isPaused ? 1 : 0));
  }

  /** Forgets the oldest that are over, so that `keep` of these stay; gives their ids. */
  trim(keep: number): string[] {
    const ids = chooseToForget(this.all().map(({ task }) => task), keep);
    if (ids.length === 0) return [];
    this.#store.transaction(() => {
      for (const id of ids) this.#store.tasks.remove(id);
    });
    for (const id of ids) this.#records.delete(id);
    return ids;
  }

  /** Every change from now on; the returned function ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #mark(name: string, value: number): void {
    this.#store.tasks.mark(name, value);
    this.#marks.set(name, value);
  }

  #tell(record: TaskRecord, before: Task, trigger: TaskTrigger | undefined): void {
    const { id, task } = record;
    const { agent, attempt, state, reason, progress } = task;
    if (trigger === 'start') this.#registry.emit('task.started', agent, { id, attempt });
    if (isOver(state) && !isOver(before.state)) this.#registry.emit('task.ended', agent, { id, state, reason });
    if (trigger === 'again' && before.state === 'running') this.#registry.emit('task.ended', agent, { id, state, reason });
    if (progress !== null && progress !== before.progress && trigger === undefined) this.#registry.emit('task.progress', agent, { id, percent: progress.percent, step: progress.step });
    for (const listener of this.#listeners) listener(record);
  }
}
