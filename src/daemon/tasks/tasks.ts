/** The queue: whose turn it is, and what users do with tasks. How one runs is task-runs.ts, which comes first core/task-queue.ts. */
import os from 'node:os';
import fs from 'node:fs';
import { logPath } from '../../config/paths.ts';
import { MuxwardError } from '../../core/errors.ts';
import { handedOn, isOver, progressAt, type SubmitReply, type SubmitRequest, type Task, type TaskState } from '../../core/task.ts';
import { nextDueMs, standingOf, startsNow } from '../../core/task-queue.ts';
import { isLive } from '../../core/state.ts';
import { isAtRest } from '../activity.ts';
import type { Checkpoints } from '../checkpoints/checkpoints.ts';
import type { EventHub } from '../event-hub.ts';
import { forget } from '../forget.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import type { RunPorts } from './run-ports.ts';
import { submitted, type SubmitPorts } from './submit.ts';
import type { Change, TaskBook } from './task-book.ts';
import { NOTHING_UNDER_WAY, type TaskRecord } from './task-record.ts';
import { TaskCheckpoints } from './task-checkpoints.ts';
import { TaskPlaces } from './task-places.ts';
import { isOwn, TaskRuns } from './task-runs.ts';

export interface TasksOptions extends Omit<RunPorts, 'book'> {
  readonly book: TaskBook;
  readonly hub: EventHub;
  readonly checkpoints: Checkpoints;
  readonly typeOf: SubmitPorts['typeOf'];
  readonly onError: (what: string, error: unknown) => void;
}

export class Tasks {
  readonly book: TaskBook;
  readonly #options: TasksOptions;
  readonly #runs: TaskRuns;
  readonly #places: TaskPlaces;
  #turning: NodeJS.Immediate | null = null;
  #cancelDue: (() => void) | null = null;
  #stops: (() => void)[] = [];
  #isStopped = false;

  constructor(options: TasksOptions) {
    this.#options = options;
    this.book = options.book;
    const checkpoints = new TaskCheckpoints({ ...options, isOn: options.settings.checkpoint.tasks });
    this.#runs = new TaskRuns({ ...options, checkpoints, onEnd: () => this.#soon() });
    this.#places = new TaskPlaces(this.book, this.#runs, () => this.#soon());
    options.checkpoints.places.tasks = this.#places;
  }

  /** Goes on where the daemon before this one was. */
  start(): void {
    const { hub } = this.#options;
    this.#stops = [
      // Whoever waits for an agent may have its turn when that one changes.
      hub.subscribe(({ type }) => {
        if (type === 'agent.changed' || type === 'agent.activity' || type === 'agent.removed') this.#soon();
      }),
    ];
    for (const record of this.book.open()) if (record.task.state === 'running') this.#runs.goOn(record);
    this.#forgetLeftovers();
    this.#soon();
  }

  /** Nothing starts any more; what runs goes on. */
  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#stops) stop();
    this.#cancelDue?.();
    if (this.#turning !== null) clearImmediate(this.#turning);
  }

  /** @throws MuxwardError with nothing stored */
  async submit(request: SubmitRequest): Promise<SubmitReply> {
    const { added, run } = await submitted({ ...this.#options }, request);
    if (request.dryRun) return { tasks: [], run: null };
    this.book.add(added);
    this.#turn();
    return { tasks: added.map(([{ task }]) => task), run };
  }

  list({ state, agent, run }: { readonly state?: TaskState; readonly agent?: string; readonly run?: string }): Task[] {
    const isMeant = (task: Task): boolean => (state === undefined || task.state === state) && (agent === undefined || task.agent === agent) && (run === undefined || task.plan?.run === run);
    return this.book.all().flatMap((record) => (isMeant(record.task) ? [{ ...record.task, reason: this.#reasonOf(record) }] : []));
  }

  /** With what it printed. */
  show(record: TaskRecord): Task {
    return { ...this.book.whole(record), reason: this.#reasonOf(record) };
  }

  /** What a task was on whose agent's account something was used at that time; null outside tasks. */
  taskAt({ spec }: ManagedAgent, at: string): string | null {
    if (this.book.find(spec.name) !== undefined) return spec.name;
    const ofAgent = this.book.all().filter(({ task }) => task.agent === spec.name && task.command === null && task.startedAt !== null);
    return ofAgent.findLast(({ task }) => (task.startedAt ?? '') <= at && (task.endedAt === null || at <= task.endedAt))?.id ?? null;
  }

  /** One task, or all of a run. Resolves when nothing of them runs. @throws MuxwardError `not-found`, `failed` */
  async cancel(id: string): Promise<Task[]> {
    const ofRun = this.book.ofRun(id);
    const records = ofRun.length > 0 ? ofRun : [this.book.get(id)];
    const open = records.filter(({ task }) => !isOver(task.state));
    if (ofRun.length === 0 && open.length === 0) throw new MuxwardError('failed', `${id} is over already (${records[0]?.task.state})`, { hint: `muxward task status ${id}` });
    this.book.changeAll(open.filter(({ task }) => task.state !== 'running').map((record) => [record, this.#over(record, 'cancel', 'cancelled by you')]));
    await Promise.all(open.filter(({ task }) => task.state === 'running').map((record) => this.#runs.end(record, 'cancel')));
    this.#turn();
    return records.map((record) => this.show(record));
  }

  /** Once more from the first attempt, with those that came to nothing because of it. @throws MuxwardError `failed` */
  retry(id: string): Task {
    const record = this.book.get(id);
    const { state } = record.task;
    if (state !== 'failed' && state !== 'cancelled') {
      throw new MuxwardError('failed', `${id} is ${state}, so there is nothing to try again`, { hint: state === 'completed' ? 'submit it anew' : `muxward task status ${id}` });
    }
    const revived = [record];
    for (const each of revived) {
      const lost = this.book.all().filter(({ task }) => task.state === 'failed' && task.attempt === 0 && task.after.includes(each.id));
      revived.push(...lost.filter((other) => !revived.includes(other)));
    }
    this.book.changeAll(revived.map((each) => [each, afresh('to be run again, as you asked')]));
    this.#turn();
    return record.task;
  }

  pause(): void {
    this.book.setPaused(true);
  }

  /** The whole queue; with ids or an agent, those of them that are held. @throws MuxwardError `not-found` */
  resume({ ids, agent }: { readonly ids?: readonly string[]; readonly agent?: string }): Task[] {
    if (ids === undefined && agent === undefined) {
      this.book.setPaused(false);
      this.#turn();
      return [];
    }
    const named = (ids ?? []).map((id) => this.book.get(id));
    const ofAgent = agent === undefined ? [] : this.book.open().filter(({ task }) => task.agent === agent);
    const held = [...new Set([...named, ...ofAgent])].filter(({ task }) => task.isHeld);
    this.book.changeAll(held.map((record) => [record, { task: { isHeld: false, reason: 'let go by you' } }]));
    this.#turn();
    return held.map(({ task }) => task);
  }

  /** @throws MuxwardError `not-found`, `failed` */
  progress(id: string, percent: number, step: string | null): Task {
    const record = this.book.get(id);
    if (record.task.state !== 'running') throw new MuxwardError('failed', `${id} does not run (${record.task.state})`, { hint: `muxward task status ${id}` });
    this.book.change(record, { task: { progress: progressAt({ percent, step }, record.task.startedAt, this.#options.registry.clock.now()) } });
    return record.task;
  }

  /** Why an agent cannot take it changes with the agent, and is not stored. */
  #reasonOf(record: TaskRecord): string {
    const { state, agent: name, reason } = record.task;
    const agent = state === 'queued' && !isOwn(record) ? this.#options.registry.find(name ?? '') : undefined;
    if (agent === undefined || isAtRest(agent)) return reason;
    return isLive(agent.record.state) ? `waits until ${name} has nothing to do (${agent.record.state})` : `waits until ${name} runs (${agent.record.state}): muxward start ${name}`;
  }

  #soon(): void {
    if (this.book.open().length === 0) return;
    this.#turning ??= setImmediate(() => {
      this.#turning = null;
      this.#turn();
    });
  }

  /** Looks whose turn it is. What could not be stored is tried again with the next turn. */
  #turn(): void {
    try {
      this.#settleWaiting();
      if (!this.book.isPaused && !this.#isStopped) for (const { id } of startsNow(this.#tasks(), this.#room())) this.#runs.start(this.book.get(id));
      this.#wakeWhenDue();
      this.#trim();
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      this.#options.onError('tasks', error);
    }
  }

  /** Until nothing changes: what comes to nothing takes with it what comes after. */
  #settleWaiting(): void {
    for (let isSettled = false; !isSettled; ) {
      const changes = this.book.open().flatMap((record) => this.#settled(record));
      isSettled = changes.length === 0 || !this.book.changeAll(changes);
    }
  }

  #settled(record: TaskRecord): (readonly [TaskRecord, Change])[] {
    const { task } = record;
    if (task.state !== 'pending' && task.state !== 'queued') return [];
    const standing = standingOf(task, (id) => this.book.find(id)?.task);
    if (standing.kind === 'hopeless') return [[record, this.#over(record, 'fail', standing.because)]];
    if (standing.kind === 'ready') return task.state === 'queued' ? [] : [[record, { trigger: 'ready', task: { reason: task.dueAt === null ? 'waits for its turn' : task.reason, input: this.#inputOf(record) } }]];
    if (standing.on === 'held') return task.state === 'pending' ? [] : [[record, { trigger: 'wait' }]];
    const reason = `waits for ${standing.on.join(', ')}`;
    return task.state === 'pending' && task.reason === reason ? [] : [[record, { trigger: 'wait', task: { reason } }]];
  }

  #inputOf({ task, rest }: TaskRecord): string | null {
    if (!rest.takesInput || task.after.length === 0) return task.input;
    const texts = task.after.map((id) => handedOn(this.book.whole(this.book.get(id))));
    return texts.length === 1 ? (texts[0] ?? '') : texts.map((text) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)).join('');
  }

  /** The change of one that ends without having run. */
  #over({ task }: TaskRecord, trigger: 'cancel' | 'fail', reason: string): Change {
    const number = task.agent === null ? null : this.book.endedOf(task.agent) + 1;
    return { trigger, task: { reason, isHeld: false, endedAt: this.#now() }, rest: { ...NOTHING_UNDER_WAY, number, undone: null } };
  }

  #room(): Parameters<typeof startsNow>[1] {
    const { settings, registry } = this.#options;
    const maxOf = new Map(this.book.open().flatMap(({ task, rest }) => (task.plan === null ? [] : [[task.plan.run, rest.maxOfRun] as const])));
    return {
      nowMs: registry.clock.now().getTime(),
      maxParallel: settings.tasks.maxParallel ?? os.availableParallelism(),
      maxOfRun: (run) => maxOf.get(run) ?? null,
      canTake: (id) => this.#canTake(this.book.get(id)),
    };
  }

  /** One that is told has to be at rest; a command runs beside it. One whose agent was removed starts, and fails with that. */
  #canTake(record: TaskRecord): boolean {
    if (this.#places.isAside(record.task.agent ?? '')) return false;
    const agent = isOwn(record) ? undefined : this.#options.registry.find(record.task.agent ?? '');
    return agent === undefined || isAtRest(agent);
  }

  #wakeWhenDue(): void {
    const { clock } = this.#options.registry;
    this.#cancelDue?.();
    if (this.#isStopped) return;
    const nowMs = clock.now().getTime();
    const dueMs = nextDueMs(this.#tasks(), nowMs);
    this.#cancelDue = dueMs === null ? null : clock.after(dueMs - nowMs, () => this.#turn());
  }

  #trim(): void {
    const { settings, paths } = this.#options;
    for (const id of this.book.trim(settings.tasks.keep)) fs.rmSync(logPath(paths, id), { force: true });
  }

  /** Agents of tasks whose outcome was stored when a daemon was killed. */
  #forgetLeftovers(): void {
    const { registry, onError } = this.#options;
    for (const agent of registry.all()) {
      const record = this.book.find(agent.spec.labels['task'] ?? '');
      if (record?.id !== agent.spec.name || record.task.state === 'running' || isLive(agent.record.state)) continue;
      forget(this.#options, agent).catch((error: unknown) => onError(`task ${record.id}`, error));
    }
  }

  #tasks(): Task[] {
    return this.book.open().map(({ task }) => task);
  }

  #now(): string {
    return this.#options.registry.clock.now().toISOString();
  }
}

/** As if it had never run. */
function afresh(reason: string): Change {
  const task = { reason, isHeld: false, attempt: 0, dueAt: null, progress: null, result: null, input: null, checkpoints: { before: null, after: null }, startedAt: null, endedAt: null };
  return { trigger: 'again', task, rest: { ...NOTHING_UNDER_WAY, number: null, undone: null }, output: null };
}
