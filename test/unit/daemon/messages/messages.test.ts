import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MuxwardEvent } from '../../../../src/core/event.ts';
import { MAX_OPEN, type Message } from '../../../../src/core/message.ts';
import { EventHub } from '../../../../src/daemon/event-hub.ts';
import { startMessages, type Messages } from '../../../../src/daemon/messages/start-messages.ts';
import { Registry } from '../../../../src/daemon/registry.ts';
import { openStore } from '../../../../src/store/open-store.ts';
import type { Store } from '../../../../src/store/store.ts';
import { failureOf } from '../../../helpers/failure-of.ts';
import { specOf } from '../spec-of.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** The machine sleeps, or somebody sets its clock: no timer notices. */
class JumpingClock extends VirtualClock {
  aheadMs = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.aheadMs);
  }
}

let folder: string;
let store: Store;
let clock: JumpingClock;
let registry: Registry;
let messages: Messages;
let told: MuxwardEvent[];

/** A daemon that finds what the last one left; agents are there again. */
function start(...agents: string[]): void {
  const outcome = openStore(join(folder, 'muxward.db'));
  if (outcome.outcome !== 'opened') throw new Error(outcome.outcome);
  store = outcome.store;
  const hub = new EventHub();
  hub.subscribe((event) => told.push(event));
  registry = new Registry(store, clock, hub, () => undefined);
  for (const name of agents) registry.add(specOf(name));
  messages = startMessages({ registry, store, hub, onError: (_, error) => expect.unreachable(String(error)) });
}

/** It is killed: what it has not stored by now is not stored. */
function kill(): void {
  messages.stop();
  store.close();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'msg-'));
  clock = new JumpingClock();
  told = [];
  start('a', 'b');
});

afterEach(() => {
  kill();
  rmSync(folder, { recursive: true, force: true });
});

const send = (to: string, body: string, ttlMs?: number): Message => messages.mailbox.send({ from: 'user', to, body, ...(ttlMs === undefined ? {} : { ttlMs }) });
const bodies = (name: string): string[] => messages.mailbox.inbox(name, { ack: false, all: false }).messages.map(({ body }) => body);
const dead = (): string[] => [...store.messages.list({ state: 'dead', limit: 99 })].map(({ body, receipts }) => `${body} ${receipts.dead?.cause}`);
const toldOf = (type: string): number => told.filter((event) => event.type === type).length;

describe('a message', () => {
  it('that nobody reads in its time is dead then, and not before; one that was read is not', async () => {
    send('a', 'short', 10_000);
    send('a', 'long', 60 * 24 * 3_600_000);
    send('b', 'read', 10_000);
    expect(bodies('b')).toEqual(['read']);
    await clock.pass(9_000);
    expect(dead()).toEqual([]);
    await clock.pass(2_000);
    expect(dead()).toEqual(['short expired']);
    await clock.pass(60 * 24 * 3_600_000);
    expect(dead()).toEqual(['short expired', 'long expired']);
    expect([bodies('a'), bodies('b')]).toEqual([[], ['read']]);
    expect(toldOf('message.dead')).toBe(2);
    await clock.pass(100);
    expect(clock.timers).toBe(0);
  });

  it('that expired while the machine slept is not handed over', () => {
    send('a', 'short', 10_000);
    clock.aheadMs = 20_000;
    expect([bodies('a'), dead()]).toEqual([[], ['short expired']]);
  });

  it('that expired while no daemon ran is dead with the next one', async () => {
    send('a', 'short', 10_000);
    kill();
    clock = new JumpingClock();
    await clock.pass(20_000);
    start('a', 'b');
    expect(bodies('a')).toEqual([]);
    expect(dead()).toEqual(['short expired']);
  });

  it('is stored before it is answered for, with its receipts', () => {
    const { id } = send('a', 'first');
    send('a', 'second');
    messages.mailbox.acknowledge([id]);
    kill();
    start('a', 'b');
    expect(bodies('a')).toEqual(['second']);
    expect(messages.mailbox.show(id)).toMatchObject({ state: 'acted', place: 1 });
  });

  it('is dead where its recipient is forgotten, also while no daemon ran; what comes for another of its name is not', async () => {
    send('a', 'old');
    messages.mailbox.subscribe('a', 'x.*');
    await clock.pass(10);
    registry.remove(registry.get('a'));
    await clock.pass(10);
    registry.add(specOf('a'));
    send('a', 'new');
    messages.mailbox.subscribe('a', 'y.*');
    await clock.pass(100);
    expect([dead(), bodies('a')]).toEqual([['old removed'], ['new']]);
    expect(messages.mailbox.subscriptions().map(({ pattern }) => pattern)).toEqual(['y.*']);
    kill();
    start('b');
    expect([dead(), messages.mailbox.subscriptions()]).toEqual([['old removed', 'new removed'], []]);
  });

  it('that is dead comes into the inbox again with its time anew, or is forgotten', async () => {
    const { id } = send('a', 'one', 1000);
    send('a', 'two');
    await clock.pass(2000);
    expect(failureOf(() => messages.mailbox.acknowledge([id]))).toMatchObject({ code: 'conflict' });
    messages.deadLetters.decide({ action: 'retry', ids: [id], dryRun: false });
    await clock.pass(500);
    expect(dead()).toEqual([]);
    await clock.pass(1000);
    expect(dead()).toEqual(['one expired']);
    expect(failureOf(() => messages.deadLetters.decide({ action: 'drop', ids: [id, 'msg_none'], dryRun: false }))).toMatchObject({ code: 'not-found' });
    messages.deadLetters.decide({ action: 'drop', ids: null, dryRun: true });
    expect(dead()).toEqual(['one expired']);
    messages.deadLetters.decide({ action: 'drop', ids: null, dryRun: false });
    expect([dead(), bodies('a')]).toEqual([[], ['two']]);
  });

  it('is acknowledged all together, or none, and once', () => {
    const ids = ['one', 'two'].map((body) => send('a', body).id);
    expect(failureOf(() => messages.mailbox.acknowledge([...ids, 'msg_none']))).toMatchObject({ code: 'not-found' });
    expect(bodies('a')).toEqual(['one', 'two']);
    messages.mailbox.acknowledge(ids);
    messages.mailbox.acknowledge([...ids, ...ids]);
    expect(ids.map((id) => messages.mailbox.show(id).place)).toEqual([1, 2]);
    registry.flush();
    expect(toldOf('message.acknowledged')).toBe(2);
  });

  it('keeps its number where a rollback opened it: all checkpoints go on to mean the same', () => {
    const [one = '', two = ''] = ['one', 'two'].map((body) => send('a', body).id);
    const early = messages.places.placeOf('a');
    messages.mailbox.acknowledge([one]);
    const late = messages.places.placeOf('a');
    expect(messages.places.goTo('a', early)).toBe(1);
    messages.mailbox.acknowledge([two]);
    messages.mailbox.acknowledge([one]);
    expect([one, two].map((id) => messages.mailbox.show(id).place)).toEqual([1, 2]);
    expect(messages.places.goTo('a', late)).toBe(1);
    expect(bodies('a')).toEqual(['two']);
  });

  it('is refused where nobody acknowledges any', () => {
    const { seq: _seq, state: _state, ...full } = send('a', 'one');
    store.transaction(() => Array.from({ length: MAX_OPEN - 1 }, (_, n) => store.messages.add({ ...full, id: `msg_${n}` })));
    expect(failureOf(() => send('a', 'too many'))).toMatchObject({ code: 'refused' });
    expect(messages.mailbox.inbox('a', { ack: true, all: false })).toMatchObject({ remaining: MAX_OPEN - 100 });
    expect(send('a', 'again').state).toBe('queued');
  });

  it('goes by topic to all that subscribed, once, and not to its sender', () => {
    for (const pattern of ['health.*', '*.cpu']) messages.mailbox.subscribe('a', pattern);
    messages.mailbox.subscribe('b', 'health.*');
    const { messages: sent } = messages.mailbox.publish({ from: 'b', body: 'hot' }, 'health.cpu');
    expect(sent.map(({ to, topic, type }) => [to, topic, type])).toEqual([['a', 'health.cpu', 'publication']]);
    messages.mailbox.unsubscribe('a', null);
    expect(failureOf(() => messages.mailbox.unsubscribe('a', 'health.*'))).toMatchObject({ code: 'not-found' });
    expect(messages.mailbox.publish({ from: 'b', body: 'hot' }, 'health.cpu').messages).toEqual([]);
  });

  it('wakes who waits for it, and for its answer', async () => {
    const never = new AbortController().signal;
    const arrived = messages.mailbox.arrived('a', null, never);
    const { id } = send('a', 'question');
    await clock.pass(100);
    expect(await arrived).toBe(true);
    const answer = messages.mailbox.answerTo(id, null, never);
    messages.mailbox.send({ from: 'b', to: 'user', replyTo: id, body: 'from another' });
    expect((await answer)?.body).toBe('from another');
    const late = messages.mailbox.answerTo(send('b', 'again').id, 1000, never);
    await clock.pass(1000);
    expect(await late).toBeNull();
    const nobody = messages.mailbox.arrived('b', null, never);
    messages.mailbox.inbox('b', { ack: true, all: false });
    const forgotten = messages.mailbox.arrived('b', null, never);
    registry.remove(registry.get('b'));
    await clock.pass(100);
    expect([await nobody, await forgotten]).toEqual([true, true]);
  });

  it('that is acknowledged is kept for a while, and one that is not for good', () => {
    const open = send('b', 'open');
    const acted = [1, 2, 3].map((n) => send('a', String(n)).id);
    messages.mailbox.acknowledge(acted);
    store.messages.trim(2);
    expect([...store.messages.list({ limit: 9 })].map(({ id }) => id)).toEqual([open.id, ...acted.slice(1)]);
    expect(messages.places.placeOf('a')).toEqual({ acknowledged: 3, open: [] });
  });
});
