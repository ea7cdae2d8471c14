// What channels are told, in virtual time, with a real store: retries, quiet hours, and what the next daemon finds.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChannelSpec } from '../../../../src/core/alert-channel.ts';
import type { Alert, Severity } from '../../../../src/core/alert.ts';
import type { Clock } from '../../../../src/core/clock.ts';
import type { QuietHours } from '../../../../src/core/quiet-hours.ts';
import type { ChannelInForce } from '../../../../src/daemon/alerts/channels-in-force.ts';
import { Deliveries } from '../../../../src/daemon/alerts/deliveries.ts';
import { MAX_ATTEMPTS } from '../../../../src/health/alerts/delivery-policy.ts';
import { ChannelFailure } from '../../../../src/health/channels/channel.ts';
import { openStore } from '../../../../src/store/open-store.ts';
import type { Store } from '../../../../src/store/store.ts';
import { alertOf } from '../../alert-of.ts';
import { temporaryFolder } from '../../system/temp-folder.ts';

const folder = temporaryFolder('deliveries');
const NOON_MS = Date.UTC(2030, 0, 1, 12);
const MINUTE_MS = 60_000;

let nowMs: number;
let files = 0;
let file: string;
let store: Store;
let told: string[];
let failures: string[];
let works: boolean;
const clock: Clock = { monotonicMs: () => nowMs, now: () => new Date(NOON_MS + nowMs), after: () => () => undefined, every: () => () => undefined };

beforeEach(() => {
  nowMs = 0;
  file = `${folder}/${(files += 1)}.db`;
  store = reopened();
  [told, failures, works] = [[], [], true];
});
afterEach(() => store.close());

function reopened(): Store {
  const opened = openStore(file);
  if (!('store' in opened)) throw new Error(opened.outcome);
  return opened.store;
}

function channel(name: string, severities: readonly Severity[] = ['warning', 'critical', 'recovery']): ChannelInForce {
  const spec: ChannelSpec = { name, kind: 'tmux', severities, at: { file: 'f', line: 1, column: 1 } };
  const send = async ({ kind, alert }: { kind: string; alert: Alert }): Promise<string> => {
    told.push(`${name} ${kind} ${alert.id}`);
    if (!works) throw new ChannelFailure('it is down');
    return 'taken';
  };
  return { spec, channel: { send }, problem: null, timeoutMs: 1000 };
}

function deliveries(options: { quiet?: QuietHours; channels?: readonly ChannelInForce[] } = {}): Deliveries {
  const channels = new Map((options.channels ?? [channel('a')]).map((each) => [each.spec.name, each]));
  return new Deliveries({ store, channels, quiet: options.quiet ?? null, clock, home: '/h', onChannel: (name, failure) => failures.push(`${name}: ${failure}`) });
}

/** An alert that is stored, as all are that are told. */
function raised(id: string, more: Partial<Alert> = {}): Alert {
  const alert = alertOf(id, more);
  store.alerts.put({ alert, keys: [], sticky: true });
  return alert;
}

/** Time goes by in steps of a second; what is begun in each comes to its end. */
async function pass(all: Deliveries, ms: number): Promise<void> {
  for (const end = nowMs + ms; nowMs < end; ) {
    nowMs += 1000;
    all.tick();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const states = (id: string): string[] => store.deliveries.of(id).map(({ channel: name, kind, state, attempts }) => `${name} ${kind} ${state} ${attempts}`);

describe('a delivery', () => {
  it('goes to the channels that it is for, and by severity', async () => {
    const all = deliveries({ channels: [channel('a'), channel('b', ['critical']), channel('c')] });
    all.plan(raised('1'), 'raised', ['a', 'b', 'no such']);
    await pass(all, 2000);
    expect(told).toEqual(['a raised 1']);
    expect(states('1')).toEqual(['a raised delivered 1']);
    expect(failures).toEqual(['a: null']);
  });

  it('is tried again after 1, 2, 4 … seconds, in order, and recorded', async () => {
    works = false;
    const all = deliveries();
    all.plan(raised('1'), 'raised', ['a']);
    all.plan(raised('2'), 'raised', ['a']);
    await pass(all, 10_000);
    expect(told).toEqual(['a raised 1', 'a raised 1', 'a raised 1', 'a raised 1']);
    works = true;
    await pass(all, 20_000);
    expect(told.slice(4)).toEqual(['a raised 1', 'a raised 2']);
    expect([...states('1'), ...states('2')]).toEqual(['a raised delivered 5', 'a raised delivered 1']);
  });

  it('is given up in the end, and that is told', async () => {
    works = false;
    const all = deliveries();
    all.plan(raised('1'), 'raised', ['a']);
    await pass(all, 45 * MINUTE_MS);
    expect(states('1')).toEqual([`a raised given-up ${MAX_ATTEMPTS}`]);
    expect(failures).toEqual(['a: it is down']);
  });

  it('is made by the next daemon where this one did not get to it', async () => {
    works = false;
    const all = deliveries();
    all.plan(raised('1'), 'raised', ['a']);
    await pass(all, 2000);
    store.close();
    store = reopened();
    works = true;
    await pass(deliveries(), 2000);
    expect(told.at(-1)).toBe('a raised 1');
    expect(states('1')).toEqual(['a raised delivered 3']);
  });

  it('to a channel that the settings do not know any more is dropped', async () => {
    works = false;
    deliveries().plan(raised('1'), 'raised', ['a']);
    await pass(deliveries({ channels: [channel('b')] }), 2000);
    expect(states('1')).toEqual(['a raised dropped 0']);
  });

  it('of a recovery goes where the alert went', async () => {
    const all = deliveries({ channels: [channel('a', ['warning', 'recovery']), channel('b', ['recovery'])] });
    all.plan(raised('1'), 'raised', ['a', 'b']);
    await pass(all, 2000);
    all.plan(raised('2', { severity: 'recovery', recovers: '1' }), 'recovered', ['a', 'b']);
    await pass(all, 2000);
    expect(told).toEqual(['a raised 1', 'a recovered 2']);
  });

  it('waits with no more than 500 others: the oldest are dropped', () => {
    works = false;
    const all = deliveries();
    store.transaction(() => {
      for (let i = 0; i < 502; i += 1) all.plan(raised(`n${i}`), 'raised', ['a']);
    });
    expect([states('n0'), states('n1'), states('n2')].flat()).toEqual(['a raised dropped 0', 'a raised dropped 0', 'a raised pending 0']);
  });
});

describe('quiet hours', () => {
  const quiet: QuietHours = { fromMinute: 12 * 60, toMinute: 12 * 60 + 10, zone: 'UTC', days: null, criticalPasses: true };

  it('hold back what is not critical, until they are over', async () => {
    const all = deliveries({ quiet });
    all.plan(raised('1'), 'raised', ['a']);
    all.plan(raised('2', { severity: 'critical' }), 'raised', ['a']);
    await pass(all, 9 * MINUTE_MS);
    expect(told).toEqual(['a raised 2']);
    await pass(all, 2 * MINUTE_MS);
    expect(told).toEqual(['a raised 2', 'a raised 1']);
  });

  it('also what is critical, where that is wanted', async () => {
    const all = deliveries({ quiet: { ...quiet, criticalPasses: false } });
    all.plan(raised('2', { severity: 'critical' }), 'raised', ['a']);
    await pass(all, 9 * MINUTE_MS);
    expect(told).toEqual([]);
  });

  it('of what is over before they are, nobody hears', async () => {
    const all = deliveries({ quiet });
    all.plan(raised('1'), 'raised', ['a']);
    all.plan(raised('2', { severity: 'recovery', recovers: '1' }), 'recovered', ['a']);
    await pass(all, 15 * MINUTE_MS);
    expect(told).toEqual([]);
    expect(states('1')).toEqual(['a raised dropped 0']);
  });
});
