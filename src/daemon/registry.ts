/**
 * All agents of one home, and the only way to change them: a change goes through the state table and becomes an event.
 * Changes of some milliseconds share one transaction, since each costs a disk its fsync: what a killed daemon could not
 * store is in the wrappers' journals. What must not be lost is stored by an explicit `flush` before it is done.
 */
import { newId } from './new-id.ts';
import type { AgentSpec } from '../core/agent.ts';
import type { Clock } from '../core/clock.ts';
import { MuxwardError } from '../core/errors.ts';
import type { EventData, EventType, MuxwardEvent } from '../core/event.ts';
import { noSuchAgent } from '../core/selector.ts';
import { nextState, type Trigger } from '../core/state.ts';
import type { AgentChange } from '../store/agent-rows.ts';
import type { Store } from '../store/store.ts';
import type { EventHub } from './event-hub.ts';
import { manage, newRecord, type AgentRecord, type ManagedAgent } from './managed-agent.ts';

/** A change is on disk after this at the latest. */
const STORE_WITHIN_MS = 50;

type NewEvent = Omit<MuxwardEvent, 'seq'>;

export class Registry {
  readonly #agents = new Map<string, ManagedAgent>();
  readonly #dirty = new Set<ManagedAgent>();
  /** Those whose specification is not stored as it is. */
  readonly #respecified = new Set<ManagedAgent>();
  readonly #removed = new Set<string>();
  #events: NewEvent[] = [];
  /** Stored, and not published yet. */
  #untold: MuxwardEvent[] = [];
  #flushing: (() => void) | null = null;
  #noticing: NodeJS.Immediate | null = null;
  readonly #watchers = new Set<() => void>();
  #afterStored: (() => void)[] = [];

  readonly clock: Clock;
  readonly #store: Store;
  readonly #hub: EventHub;
  readonly #onStorage: (error: MuxwardError | null) => void;

  /** `onStorage` is told when storing failed, and of `null` when it works. */
  constructor(store: Store, clock: Clock, hub: EventHub, onStorage: (error: MuxwardError | null) => void) {
    this.clock = clock;
    this.#store = store;
    this.#hub = hub;
    this.#onStorage = onStorage;
  }

  /** Takes an agent that the state has lost, as it was found in the run folder. */
  addFound(spec: AgentSpec, values: Partial<AgentRecord>): void {
    const agent = this.add(spec);
    Object.assign(agent.record, values);
  }

  /** Reads what is stored. */
  load(): void {
    for (const row of this.#store.agents.all()) {
      const agent = manage(row.spec, row.record as AgentRecord);
      this.#restoreMemory(agent);
      this.#agents.set(row.name, agent);
    }
  }

  all(): ManagedAgent[] {
    return [...this.#agents.values()];
  }

  find(name: string): ManagedAgent | undefined {
    return this.#agents.get(name);
  }

  /** By name or id. @throws MuxwardError `not-found` */
  get(name: string): ManagedAgent {
    const agent = this.#agents.get(name) ?? this.all().find(({ record }) => record.id === name);
    if (!agent) throw noSuchAgent(name, [...this.#agents.keys()]);
    return agent;
  }

  add(spec: AgentSpec): ManagedAgent {
    const at = this.clock.now().toISOString();
    const agent = manage(spec, newRecord(newId('ag'), at));
    this.#agents.set(spec.name, agent);
    this.#removed.delete(spec.name);
    this.#respecified.add(agent);
    this.#changed(agent);
    this.emit('agent.created', spec.name, { type: spec.type });
    return agent;
  }

  remove(agent: ManagedAgent): void {
    this.#agents.delete(agent.spec.name);
    this.#dirty.delete(agent);
    this.#removed.add(agent.spec.name);
    this.emit('agent.removed', agent.spec.name, {});
  }

  /**
   * Moves the agent along the state table. An event that the table does not know from its state comes late and
   * changes nothing: false. The reason is updated even where the state stays.
   */
  move(agent: ManagedAgent, trigger: Trigger, reason: string): boolean {
    const { record } = agent;
    const to = nextState(record.state, trigger);
    if (to === undefined) return false;
    const from = record.state;
    const isNew = to !== from || record.reason !== reason;
    record.reason = reason;
    if (to !== from) {
      record.state = to;
      record.since = this.clock.now().toISOString();
    }
    this.#changed(agent);
    if (isNew) this.emit('agent.changed', agent.spec.name, { from, to, reason });
    return true;
  }

  /** Changes what is stored of an agent, but not its state. */
  patch(agent: ManagedAgent, values: Partial<Omit<AgentRecord, 'state' | 'reason' | 'since'>>): void {
    Object.assign(agent.record, values);
    this.#changed(agent);
  }

  /** Gives an agent another specification, for its next start. */
  respecify(agent: ManagedAgent, spec: AgentSpec): void {
    agent.spec = spec;
    this.#respecified.add(agent);
    this.#changed(agent);
  }

  emit<T extends EventType>(type: T, agent: string | null, data: EventData[T]): void {
    this.#events.push({ at: this.clock.now().toISOString(), type, agent, data });
    this.#schedule();
  }

  /**
   * Stores everything that changed, now. Needed before a step that must not happen without its record.
   * @throws MuxwardError `storage`; what could not be stored stays noted and is tried again with the next change.
   */
  flush(): void {
    this.#storeChanges();
    this.#tell();
  }

  /** As `flush`, but those who listen to events are told when the caller says so, or with what comes later. */
  flushFirst(): () => void {
    this.#storeChanges();
    return () => this.#tell();
  }

  #storeChanges(): void {
    this.#flushing?.();
    this.#flushing = null;
    const events = this.#events;
    let lastSeq = 0;
    this.#store.transaction(() => {
      for (const name of this.#removed) this.#store.agents.remove(name);
      this.#store.agents.putMany([...this.#dirty].map((agent) => this.#row(agent)));
      lastSeq = this.#store.events.append(events);
    });
    this.#dirty.clear();
    this.#respecified.clear();
    this.#removed.clear();
    this.#events = [];
    const tasks = this.#afterStored;
    this.#afterStored = [];
    for (const task of tasks) task();
    for (const [i, event] of events.entries()) this.#untold.push({ ...event, seq: lastSeq - events.length + 1 + i } as MuxwardEvent);
  }

  #tell(): void {
    const events = this.#untold;
    this.#untold = [];
    this.#hub.publish(events);
  }

  /** Runs `task` once everything that changed until now is on disk. */
  afterStored(task: () => void): void {
    this.#afterStored.push(task);
    this.#schedule();
  }

  /**
   * Waits until `test` holds, looking again after every change.
   * Resolves to false where `timeoutMs` passed or `signal` fired first.
   */
  until(test: () => boolean, timeoutMs: number | null, signal?: AbortSignal): Promise<boolean> {
    if (test()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (held: boolean): void => {
        this.#watchers.delete(look);
        cancel?.();
        signal?.removeEventListener('abort', giveUp);
        resolve(held);
      };
      const look = (): void => {
        if (test()) settle(true);
      };
      const giveUp = (): void => settle(false);
      const cancel = timeoutMs === null ? null : this.clock.after(timeoutMs, giveUp);
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#watchers.add(look);
    });
  }

  /** Makes `until` look again after a change of what is not stored (health, activity). */
  notice(): void {
    this.#noticing ??= setImmediate(() => {
      this.#noticing = null;
      for (const watcher of this.#watchers) watcher();
    });
  }

  #row(agent: ManagedAgent): AgentChange {
    const { spec, record } = agent;
    return { name: spec.name, id: record.id, spec: this.#respecified.has(agent) ? spec : null, record };
  }

  #changed(agent: ManagedAgent): void {
    if (this.#agents.get(agent.spec.name) === agent) this.#dirty.add(agent);
    this.#schedule();
  }

  #schedule(): void {
    this.notice();
    this.#flushing ??= this.clock.after(STORE_WITHIN_MS, () => {
      this.#flushing = null;
      try {
        this.flush();
        this.#onStorage(null);
      } catch (error) {
        if (!(error instanceof MuxwardError)) throw error;
        this.#onStorage(error);
      }
    });
  }

  /** Stored times are wall-clock; the policy counts in monotonic ones, so that a jump of the clock moves nothing. */
  #restoreMemory(agent: ManagedAgent): void {
    const { record } = agent;
    const [wallMs, nowMs] = [this.clock.now().getTime(), this.clock.monotonicMs()];
    const restartedAtMs = record.restartedAt.map((at) => nowMs - Math.max(0, wallMs - Date.parse(at)));
    agent.memory = { restartedAtMs, inARow: record.restartsInARow };
    if (record.process) agent.startedAtMs = nowMs - Math.max(0, wallMs - Date.parse(record.process.startedAt));
  }
}
