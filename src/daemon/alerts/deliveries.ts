/**
 * Tells channels, one after the other each, and never waits for one: what could not be told is tried again later, also by
 * the next daemon, until it is given up. Quiet hours hold it back. Which alerts there are is not decided here.
 */
import os from 'node:os';
import type { Alert, Delivery, TestOutcome } from '../../core/alert.ts';
import type { Clock } from '../../core/clock.ts';
import { isQuiet, type QuietHours } from '../../core/quiet-hours.ts';
import { retryAfterMs } from '../../health/alerts/delivery-policy.ts';
import { ChannelFailure, type Telling } from '../../health/channels/channel.ts';
import type { Store } from '../../store/store.ts';
import { newId } from '../new-id.ts';
import type { ChannelInForce } from './channels-in-force.ts';

/** More than that is not waited for: the oldest are dropped. */
const MAX_UNFINISHED = 500;
const MAX_AGE_MS = 3_600_000;

export interface DeliveriesOptions {
  readonly store: Store;
  readonly channels: ReadonlyMap<string, ChannelInForce>;
  readonly quiet: QuietHours | null;
  readonly clock: Clock;
  readonly home: string;
  /** A channel was given up, or null: it could be told. */
  readonly onChannel: (channel: string, failure: string | null) => void;
}

interface Waiting {
  delivery: Delivery;
  readonly sinceMs: number;
  dueAtMs: number;
}

export class Deliveries {
  readonly #options: DeliveriesOptions;
  #waiting: Waiting[] = [];
  readonly #busy = new Set<string>();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
    const { clock, store } = options;
    const nowMs = clock.monotonicMs();
    this.#waiting = store.deliveries.unfinished().map((delivery) => {
      const ageMs = Math.max(0, clock.now().getTime() - Date.parse(delivery.at));
      return { delivery, sinceMs: nowMs - ageMs, dueAtMs: nowMs };
    });
  }

  /** To be told as soon as may be. */
  plan(alert: Alert, kind: Delivery['kind'], channels: readonly string[]): void {
    const { store, clock, quiet } = this.#options;
    const at = clock.now().toISOString();
    for (const name of channels) {
      const inForce = this.#options.channels.get(name);
      if (!inForce?.spec.severities.includes(alert.severity)) continue;
      if (kind === 'recovered' && !this.#tellsRecovery(alert, name)) continue;
      const isHeld = quiet !== null && isQuiet(quiet, clock.now()) && !(quiet.criticalPasses && alert.severity === 'critical');
      const delivery: Delivery = { id: newId('dl'), alert: alert.id, channel: name, kind, state: isHeld ? 'held' : 'pending', attempts: 0, at, nextAt: at, deliveredAt: null, detail: isHeld ? 'quiet hours' : '' };
      const nowMs = clock.monotonicMs();
      store.deliveries.put(delivery);
      this.#waiting.push({ delivery, sinceMs: nowMs, dueAtMs: nowMs });
    }
    for (const over of this.#waiting.slice(0, Math.max(0, this.#waiting.length - MAX_UNFINISHED))) {
      this.#finish(over, 'dropped', 'too many were waiting');
    }
  }

  /** Begins what is due; resolves at once. */
  tick(): void {
    this.#release();
    const nowMs = this.#options.clock.monotonicMs();
    const heads = new Map<string, Waiting>();
    for (const each of this.#waiting) if (each.delivery.state === 'pending' && !heads.has(each.delivery.channel)) heads.set(each.delivery.channel, each);
    for (const [channel, head] of heads) if (nowMs >= head.dueAtMs && !this.#busy.has(channel)) void this.#attempt(head);
  }

  /** Tells these channels that this is a test, once, and says what each answered. */
  async test(alert: Alert, channels: readonly string[]): Promise<TestOutcome[]> {
    const inForce = channels.flatMap((name) => this.#options.channels.get(name) ?? []);
    return await Promise.all(inForce.map((each) => this.#testOne(alert, each)));
  }

  async #testOne(alert: Alert, inForce: ChannelInForce): Promise<TestOutcome> {
    const { store, clock } = this.#options;
    const beganMs = clock.monotonicMs();
    const at = clock.now().toISOString();
    const { ok, detail } = await this.#tell(inForce, { kind: 'test', alert, home: this.#options.home, host: os.hostname() });
    const deliveredAt = ok ? clock.now().toISOString() : null;
    store.deliveries.put({ id: newId('dl'), alert: alert.id, channel: inForce.spec.name, kind: 'test', state: ok ? 'delivered' : 'given-up', attempts: 1, at, nextAt: null, deliveredAt, detail });
    if (ok) this.#options.onChannel(inForce.spec.name, null);
    return { channel: inForce.spec.name, ok, detail, tookMs: Math.round(clock.monotonicMs() - beganMs) };
  }

  /** Whoever was told of the alert is told that it is over; of what was held back all the time, nobody needs to know. */
  #tellsRecovery({ recovers }: Alert, channel: string): boolean {
    const held = this.#waiting.filter(({ delivery }) => delivery.alert === recovers && delivery.channel === channel && delivery.state === 'held');
    for (const each of held) this.#finish(each, 'dropped', 'it was over before the quiet hours were');
    const told = recovers === null ? [] : this.#options.store.deliveries.of(recovers);
    return told.some((delivery) => delivery.channel === channel && ['pending', 'delivered', 'given-up'].includes(delivery.state));
  }

  /** What the quiet hours held back, once they are over. */
  #release(): void {
    const { quiet, clock, store } = this.#options;
    const held = this.#waiting.filter(({ delivery }) => delivery.state === 'held');
    if (held.length === 0 || (quiet !== null && isQuiet(quiet, clock.now()))) return;
    for (const each of held) {
      each.delivery = { ...each.delivery, state: 'pending', detail: '' };
      store.deliveries.put(each.delivery);
    }
  }

  async #attempt(waiting: Waiting): Promise<void> {
    const { store, channels, home } = this.#options;
    const { channel, alert: id, kind } = waiting.delivery;
    const inForce = channels.get(channel);
    const stored = store.alerts.find(id);
    if (!inForce || !stored) return this.#finish(waiting, 'dropped', inForce ? 'the alert is forgotten' : 'there is no such channel any more');
    this.#busy.add(channel);
    try {
      const { ok, detail } = await this.#tell(inForce, { kind, alert: stored.alert, home, host: os.hostname() });
      this.#note(waiting, inForce, ok, detail);
    } finally {
      this.#busy.delete(channel);
    }
  }

  #note(waiting: Waiting, { spec, channel }: ChannelInForce, ok: boolean, detail: string): void {
    const { clock, store, onChannel } = this.#options;
    const nowMs = clock.monotonicMs();
    waiting.delivery = { ...waiting.delivery, attempts: waiting.delivery.attempts + 1 };
    if (ok) {
      this.#finish(waiting, 'delivered', detail);
      return onChannel(spec.name, null);
    }
    const delayMs = channel === null || nowMs - waiting.sinceMs > MAX_AGE_MS ? null : retryAfterMs(waiting.delivery.attempts);
    if (delayMs === null) {
      this.#finish(waiting, 'given-up', detail);
      // That a channel cannot work was told when the daemon started.
      return channel === null ? undefined : onChannel(spec.name, detail);
    }
    waiting.dueAtMs = nowMs + delayMs;
    waiting.delivery = { ...waiting.delivery, nextAt: new Date(clock.now().getTime() + delayMs).toISOString(), detail };
    store.deliveries.put(waiting.delivery);
  }

  #finish(waiting: Waiting, state: Delivery['state'], detail: string): void {
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
    const deliveredAt = state === 'delivered' ? this.#options.clock.now().toISOString() : null;
    waiting.delivery = { ...waiting.delivery, state, detail, nextAt: null, deliveredAt };
    this.#options.store.deliveries.put(waiting.delivery);
  }

  /** Never rejects. */
  async #tell({ channel, problem, timeoutMs }: ChannelInForce, telling: Telling): Promise<{ ok: boolean; detail: string }> {
    if (channel === null) return { ok: false, detail: problem ?? 'it cannot work' };
    const signal = AbortSignal.timeout(timeoutMs);
    const late = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new ChannelFailure('no answer in time')), { once: true }));
    try {
      return { ok: true, detail: await Promise.race([channel.send(telling, signal), late]) };
    } catch (error) {
      // A message that is not a channel's own may hold an address.
      return { ok: false, detail: error instanceof ChannelFailure ? error.message : `a bug in the channel (${(error as Error).name})` };
    }
  }
}
