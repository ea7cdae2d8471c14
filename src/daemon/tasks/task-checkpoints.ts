/** Checkpoints of an agent before and after each of its tasks. One that cannot be made is told in an event, and stops no task. */
import type { Checkpoint } from '../../core/checkpoint.ts';
import { MuxwardError } from '../../core/errors.ts';
import { isOver, type Task } from '../../core/task.ts';
import type { Checkpoints } from '../checkpoints/checkpoints.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { Registry } from '../registry.ts';
import type { TaskBook } from './task-book.ts';
import type { TaskRecord } from './task-record.ts';

export interface TaskCheckpointsOptions {
  readonly book: TaskBook;
  readonly registry: Registry;
  readonly checkpoints: Checkpoints;
  /** False: none are made. */
  readonly isOn: boolean;
  readonly onError: (what: string, error: unknown) => void;
}

const WORDS_MAX = 60;

export class TaskCheckpoints {
  readonly #options: TaskCheckpointsOptions;

  constructor(options: TaskCheckpointsOptions) {
    this.#options = options;
  }

  /**
   * The id of one that holds the agent as it is before the task; null where there is none. Between two stages of a plan
   * the one after the first is enough, if nothing has happened since.
   */
  before(record: TaskRecord): Promise<string | null> {
    return this.#make(record, async (agent) => {
      const { checkpoints } = this.#options;
      const message = worded('before', record.task);
      const earlier = this.#stageBefore(record);
      if (earlier === null) return await checkpoints.create(agent, { trigger: 'task', message });
      const made = await checkpoints.create(agent, { trigger: 'stage', message, onlyIfChanged: true });
      return made ?? (await checkpoints.vault()).manifests.list(agent.spec.name).checkpoints[0] ?? null;
    });
  }

  after(record: TaskRecord): Promise<string | null> {
    const trigger = this.#isStageToCome(record) ? 'stage' : 'task';
    return this.#make(record, (agent) => this.#options.checkpoints.create(agent, { trigger, message: worded('after', record.task) }));
  }

  async #make({ id, task }: TaskRecord, make: (agent: ManagedAgent) => Promise<Checkpoint | null>): Promise<string | null> {
    const { registry, isOn, onError } = this.#options;
    const agent = task.agent === null ? undefined : registry.find(task.agent);
    if (!isOn || agent === undefined) return null;
    try {
      return (await make(agent))?.id ?? null;
    } catch (error) {
      if (!(error instanceof MuxwardError)) onError(`checkpoint for ${id}`, error);
      return null;
    }
  }

  /** The stage of the same plan that this agent did last, where a checkpoint was made after it. */
  #stageBefore({ task }: TaskRecord): Task | null {
    const ended = this.#options.book.all().filter((other) => other.task.agent === task.agent && other.rest.number !== null);
    const last = ended.toSorted((one, other) => (one.rest.number ?? 0) - (other.rest.number ?? 0)).at(-1)?.task;
    const isStage = task.plan !== null && last?.plan?.run === task.plan.run && last.checkpoints.after !== null;
    return isStage ? last : null;
  }

  #isStageToCome({ id, task }: TaskRecord): boolean {
    return this.#options.book.all().some((other) => other.id !== id && other.task.agent === task.agent && task.plan !== null && other.task.plan?.run === task.plan.run && !isOver(other.task.state));
  }
}

function worded(when: 'before' | 'after', { id, description }: Task): string {
  const [line = ''] = description.split('\n');
  return `${when} ${id} ${line.length > WORDS_MAX ? `${line.slice(0, WORDS_MAX - 1)}…` : line}`;
}
