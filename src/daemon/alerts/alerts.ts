/**
 * Alerts in the daemon: looks by the rules, listens to events, keeps the book of what is open and hands on what channels are
 * to be told. The policies are health/alerts/, telling is deliveries.ts. Nothing here holds supervision up.
 */
import type { Alert, AlertRuleInfo, ChannelInfo, Delivery, Silence, TestOutcome } from '../../core/alert.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { MuxwardEvent } from '../../core/event.ts';
import { suggest } from '../../core/names.ts';
import { AlertBook, type BookChange } from '../../health/alerts/alert-book.ts';
import { channelSubject, endedBy, findingOf } from '../../health/alerts/event-finding.ts';
import type { Moment } from '../../health/alerts/moment.ts';
import { storedAsOpen, unruledAlert } from '../../health/alerts/open-alert.ts';
import type { Store } from '../../store/store.ts';
import type { EventHub } from '../event-hub.ts';
import { newId } from '../new-id.ts';
import type { Registry } from '../registry.ts';
import type { Facts } from './agent-facts.ts';
import { channelInfo, type ChannelInForce } from './channels-in-force.ts';
import type { Deliveries } from './deliveries.ts';
import { agentsHit, isSettled } from './lost-server.ts';
import type { RuleLooks } from './rule-looks.ts';
import type { RulesInForce } from './rules-in-force.ts';
import type { Silences } from './silences.ts';

const LOOK_EVERY_MS = 1000;
/** Of those that are over. */
const ALERTS_KEPT = 5000;
const DELIVERIES_KEPT = 10_000;
const ALERTS_LISTED = 1000;
const LOST_SERVER = 'tmux-lost|';

export interface AlertsOptions {
  readonly registry: Registry;
  readonly store: Store;
  readonly hub: EventHub;
  readonly rules: RulesInForce;
  readonly looks: RuleLooks;
  readonly facts: Facts;
  readonly silences: Silences;
  readonly channels: ReadonlyMap<string, ChannelInForce>;
  readonly deliveries: Deliveries;
  /** This look can be left to the next one. */
  readonly mayWait: () => boolean;
  readonly onError: (what: string, error: unknown) => void;
}

type Listener = (alert: Alert) => void;

export class Alerts {
  readonly #options: AlertsOptions;
  readonly #book: AlertBook;
  readonly #listeners = new Set<Listener>();
  #stops: (() => void)[] = [];

  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#book = new AlertBook({
      newId: () => newId('al'),
      escalationOf: (rule) => options.rules.escalationOf(rule),
      isSilenced: (rule, agents) => options.silences.covers(rule, agents),
    });
  }

  start(): void {
    const { hub, store, rules, registry } = this.#options;
    for (const stored of store.alerts.open()) this.#restoreOne(stored);
    const inForce = rules.namesInForce(registry.all());
    this.#guarded('alerts', () => this.#apply(this.#book.endUnless((rule) => inForce.has(rule), this.#now())));
    store.alerts.trim(ALERTS_KEPT);
    store.deliveries.trim(DELIVERIES_KEPT);
    this.#stops = [
      hub.subscribe((event) => this.#guarded('alerts', () => this.#hear(event))),
      registry.clock.every(LOOK_EVERY_MS, () => this.#guarded('alerts', () => this.#tick())),
    ];
    this.#guarded('alerts', () => this.#tellProblems());
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** Called with every alert that is raised or changes; the returned function ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What needs somebody, or the newest of all there ever were. Oldest first. */
  list(all: boolean): Alert[] {
    const { store } = this.#options;
    return all ? store.alerts.list(ALERTS_LISTED) : store.alerts.open().flatMap(({ alert }) => (alert.acknowledgedAt === null ? [alert] : []));
  }

  /** @throws MuxwardError `not-found` */
  show(id: string): { alert: Alert; deliveries: Delivery[] } {
    const stored = this.#options.store.alerts.find(id);
    if (!stored) throw noSuchAlert(id);
    return { alert: stored.alert, deliveries: this.#options.store.deliveries.of(id) };
  }

  /** One that no rule raises. It ends when somebody acknowledges it. */
  raise(request: Pick<Alert, 'severity' | 'agent' | 'message'>, rule: 'manual' | 'test' = 'manual'): Alert {
    const alert = unruledAlert(newId('al'), { ...request, rule }, this.#now());
    this.#options.store.alerts.put({ alert, keys: [], sticky: true });
    if (alert.closedAt === null) this.#restoreOne({ alert, keys: [], sticky: true });
    this.#announce({ kind: 'raised', alert });
    if (rule === 'manual') this.#options.deliveries.plan(alert, 'raised', this.#options.rules.channelsOf(rule));
    return alert;
  }

  /** @throws MuxwardError `not-found` */
  acknowledge(id: string): Alert {
    const { store, registry } = this.#options;
    const stored = store.alerts.find(id);
    if (!stored) throw noSuchAlert(id);
    if (stored.alert.acknowledgedAt !== null) return stored.alert;
    const moment = this.#now();
    const alert = this.#book.acknowledge(id, moment) ?? { ...stored.alert, acknowledgedAt: moment.at };
    store.alerts.put({ ...stored, alert });
    registry.emit('alert.acknowledged', alert.agent, { id });
    for (const listener of this.#listeners) listener(alert);
    return alert;
  }

  /** @throws MuxwardError `not-found` for a channel that there is not. */
  async test(channel: string | undefined, message: string): Promise<{ alert: Alert; outcomes: TestOutcome[] }> {
    const names = [...this.#options.channels.keys()];
    if (channel !== undefined && !names.includes(channel)) {
      const near = suggest(channel, names);
      const hint = names.length === 0 ? 'none is configured: docs/alerts.md tells how' : `${near === undefined ? '' : `did you mean ${near}? `}There are: ${names.join(', ')}`;
      throw new MuxwardError('not-found', `there is no channel called "${channel}"`, { hint });
    }
    const alert = this.raise({ severity: 'warning', agent: null, message }, 'test');
    return { alert, outcomes: await this.#options.deliveries.test(alert, channel === undefined ? names : [channel]) };
  }

  silence(request: Pick<Silence, 'rule' | 'agent'>, forMs: number): Silence {
    return this.#options.silences.add(request, forMs);
  }

  /** @throws MuxwardError `not-found` */
  endSilence(id: string): Silence {
    return this.#options.silences.end(id);
  }

  describe(): { rules: AlertRuleInfo[]; channels: ChannelInfo[]; silences: readonly Silence[] } {
    const { rules, registry, channels, silences } = this.#options;
    return { rules: rules.describe(registry.all()), channels: [...channels.values()].map(channelInfo), silences: silences.inForce() };
  }

  /** A channel could not be told, or could be (null). */
  noteChannel(channel: string, failure: string | null): void {
    if (failure === null) this.#apply(this.#book.clear(`channel-failed|${channelSubject(channel)}`, `channel ${channel} can be told again`, this.#now()));
    else this.#options.registry.emit('channel.failed', null, { channel, message: failure });
  }

  #now(): Moment {
    const { clock } = this.#options.registry;
    return { nowMs: clock.monotonicMs(), at: clock.now().toISOString() };
  }

  #restoreOne(stored: Parameters<typeof storedAsOpen>[0]): void {
    const { clock } = this.#options.registry;
    const nowMs = clock.monotonicMs();
    this.#book.restore(storedAsOpen(stored, nowMs, clock.now().getTime()));
    for (const key of stored.keys) this.#options.looks.restore(key, nowMs);
  }

  #tick(): void {
    const { registry, looks, deliveries, mayWait } = this.#options;
    if (mayWait()) return;
    const moment = this.#now();
    const { found, cleared } = looks.look(registry.all(), moment.nowMs);
    this.#apply([
      ...found.flatMap((finding) => this.#book.find(finding, moment)),
      ...cleared.flatMap(({ key, words }) => this.#book.clear(key, words, moment)),
      ...this.#settleLostServer(moment),
      ...this.#book.tick(moment),
    ]);
    deliveries.tick();
  }

  #hear(event: MuxwardEvent): void {
    const { rules, registry, facts, looks } = this.#options;
    if (event.agent !== null && event.type === 'agent.judged' && event.data.action === 'restart') facts.noteRestart(event.agent);
    if (event.agent !== null && event.type === 'agent.removed') {
      facts.forget(event.agent);
      looks.forget(event.agent);
      this.#apply(this.#book.forget(event.agent, this.#now()));
    }
    const end = endedBy(event);
    if (end) this.#apply(this.#book.clear(end.key, end.words, this.#now()));
    for (const rule of rules.onEvent(event.type, registry.find(event.agent ?? ''))) {
      const finding = findingOf(rule, event, event.type === 'tmux.lost' ? agentsHit(registry) : []);
      if (finding) this.#apply(this.#book.find(finding, this.#now()));
    }
  }

  #settleLostServer(moment: Moment): BookChange[] {
    const lost = this.#book.open().find(({ keys }) => keys.has(LOST_SERVER));
    return lost && isSettled(this.#options.registry, lost.alert.agents) ? this.#book.clear(LOST_SERVER, 'its agents run again', moment) : [];
  }

  #tellProblems(): void {
    for (const { spec, problem } of this.#options.channels.values()) if (problem !== null) this.noteChannel(spec.name, problem);
  }

  #apply(changes: readonly BookChange[]): void {
    if (changes.length === 0) return;
    const { store } = this.#options;
    const open = new Map(this.#book.open().map((each) => [each.alert.id, each]));
    store.transaction(() => {
      for (const { alert, recovery } of changes) {
        const kept = open.get(alert.id);
        store.alerts.put({ alert, keys: [...(kept?.keys ?? [])], sticky: kept?.sticky ?? false });
        if (recovery) store.alerts.put({ alert: recovery, keys: [], sticky: false });
      }
      for (const change of changes) this.#plan(change);
    });
    for (const change of changes) this.#announce(change);
  }

  #plan({ kind, alert, recovery }: BookChange): void {
    const { deliveries, rules } = this.#options;
    if (kind === 'updated') return;
    const usual = rules.channelsOf(alert.rule).filter((name) => alert.rule !== 'channel-failed' || !alert.message.startsWith(`${channelSubject(name)} `));
    if (kind === 'escalated') deliveries.plan(alert, kind, rules.escalationOf(alert.rule)?.to ?? []);
    else deliveries.plan(recovery ?? alert, kind, usual);
  }

  #announce({ kind, alert, recovery }: BookChange): void {
    const { registry } = this.#options;
    const told = recovery ?? alert;
    const { id, severity, message, rule } = told;
    if (kind === 'raised' || kind === 'recovered') registry.emit('alert.raised', told.agent, { id, severity, message, rule });
    if (kind === 'escalated') registry.emit('alert.escalated', told.agent, { id, severity, message, rule });
    for (const each of recovery ? [alert, recovery] : [alert]) for (const listener of this.#listeners) listener(each);
  }

  /** A disk that is full, for example, must not end the daemon. */
  #guarded(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof MuxwardError)) throw error;
      this.#options.onError(what, error);
    }
  }
}

function noSuchAlert(id: string): MuxwardError {
  return new MuxwardError('not-found', `no alert ${id}`, { hint: 'muxward alerts list --all shows all there are' });
}
