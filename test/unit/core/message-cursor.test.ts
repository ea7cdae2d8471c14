import { array, assert as holds, constant, nat, oneof, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageCursor } from '../../../src/core/checkpoint.ts';
import { stateOf, type Receipts } from '../../../src/core/message.ts';
import { acknowledgedAt, changesTo, closedAgain, reopenedAt, type PlacedMessage } from '../../../src/core/message-cursor.ts';

const AT = '2030-01-01T00:00:00.000Z';
const NEW: Receipts = { queued: AT, injected: null, accepted: null, acted: null, reopened: null, dead: null };

interface Kept extends PlacedMessage {
  readonly receipts: Receipts;
}

/** An agent's messages and its counter, as the mailbox keeps them. */
class Inbox {
  messages: readonly Kept[] = [];
  #last = 0;

  send(): void {
    this.messages = [...this.messages, { id: `m${this.messages.length}`, state: 'queued', place: null, receipts: NEW }];
  }

  acknowledge(which: number): void {
    const open = this.messages.filter(({ state }) => state === 'queued' || state === 'accepted');
    const chosen = open[which % Math.max(1, open.length)];
    if (chosen) this.#change([chosen.id], (receipts) => acknowledgedAt(receipts, AT), chosen.place ?? (this.#last += 1));
  }

  die(cause: 'expired' | 'removed'): void {
    const dying = this.messages.filter(({ state }) => state === 'queued' || (cause === 'removed' && state === 'accepted'));
    this.#change(dying.map(({ id }) => id), (receipts) => ({ ...receipts, dead: { at: AT, cause } }));
  }

  cursor(): MessageCursor {
    return { acknowledged: this.#last, open: this.messages.filter(({ state }) => state === 'queued' || state === 'accepted').map(({ id }) => id) };
  }

  goTo(cursor: MessageCursor): number {
    const { reopened, acknowledged } = changesTo(cursor, this.messages);
    this.#change(reopened, (receipts) => reopenedAt(receipts, AT));
    this.#change(acknowledged, closedAgain);
    return reopened.length + acknowledged.length;
  }

  #change(ids: readonly string[], to: (receipts: Receipts) => Receipts, place?: number): void {
    this.messages = this.messages.map((each) => {
      if (!ids.includes(each.id)) return each;
      const receipts = to(each.receipts);
      return { ...each, receipts, state: stateOf(receipts), place: place ?? each.place };
    });
  }
}

type Step = { readonly do: 'send' | 'checkpoint' | 'expire' } | { readonly do: 'ack' | 'back'; readonly which: number };

const steps = array(
  oneof(
    { weight: 3, arbitrary: constant<Step>({ do: 'send' }) },
    { weight: 3, arbitrary: record({ do: constant('ack' as const), which: nat(9) }) },
    { weight: 2, arbitrary: constant<Step>({ do: 'checkpoint' }) },
    { weight: 2, arbitrary: record({ do: constant('back' as const), which: nat(9) }) },
    { weight: 1, arbitrary: constant<Step>({ do: 'expire' }) },
  ),
  { maxLength: 40 },
);

interface Saved {
  readonly cursor: MessageCursor;
  readonly messages: readonly Kept[];
}

/** A life of an agent; gives its inbox at the end, and all its checkpoints. */
function lived(story: readonly Step[]): { inbox: Inbox; saved: Saved[] } {
  const inbox = new Inbox();
  const saved: Saved[] = [];
  const save = (): Saved => ({ cursor: inbox.cursor(), messages: inbox.messages });
  for (const step of story) {
    if (step.do === 'send') inbox.send();
    else if (step.do === 'ack') inbox.acknowledge(step.which);
    else if (step.do === 'expire') inbox.die('expired');
    else saved.push(save());
    if (step.do === 'back') inbox.goTo((saved[step.which % saved.length] as Saved).cursor);
  }
  saved.push(save());
  return { inbox, saved };
}

const isOpen = ({ state }: Kept): boolean => state === 'queued' || state === 'accepted';

describe('going back in messages', () => {
  it('opens what was acknowledged since, and going forward acknowledges it again', () => {
    const inbox = new Inbox();
    for (let n = 0; n < 3; n += 1) inbox.send();
    inbox.acknowledge(0);
    const early = inbox.cursor();
    inbox.acknowledge(0);
    inbox.send();
    const late = { cursor: inbox.cursor(), messages: inbox.messages };
    expect(inbox.goTo(early)).toBe(1);
    expect(inbox.messages.map(({ state }) => state)).toEqual(['acted', 'accepted', 'queued', 'queued']);
    expect(inbox.goTo(late.cursor)).toBe(1);
    expect(inbox.messages).toEqual(late.messages);
  });

  it('opens again what died with the agent that is brought back, where it was known then', () => {
    const inbox = new Inbox();
    inbox.send();
    const { cursor } = { cursor: inbox.cursor() };
    inbox.send();
    inbox.die('removed');
    inbox.goTo(cursor);
    expect(inbox.messages.map(({ state }) => state)).toEqual(['queued', 'dead']);
  });

  it('is where it was then, at any checkpoint of any life; what came later is open, and nothing is lost', () => {
    holds(
      property(steps, nat(9), (story, which) => {
        const { inbox, saved } = lived(story);
        const before = inbox.messages;
        const { cursor, messages: then } = saved[which % saved.length] as Saved;
        inbox.goTo(cursor);
        expect(inbox.messages.map(({ id, place }) => [id, place])).toEqual(before.map(({ id, place }) => [id, place]));
        const expected = before.map((message, i) => (message.state === 'dead' ? 'dead' : then[i] === undefined || isOpen(then[i]) ? 'open' : 'acted'));
        expect(inbox.messages.map((message) => (isOpen(message) ? 'open' : message.state))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('and forward again is as if nothing had happened; twice is once', () => {
    holds(
      property(steps, nat(9), (story, which) => {
        const { inbox, saved } = lived(story);
        const before = { cursor: inbox.cursor(), messages: inbox.messages };
        const { cursor } = saved[which % saved.length] as Saved;
        inbox.goTo(cursor);
        expect(inbox.goTo(cursor)).toBe(0);
        inbox.goTo(before.cursor);
        expect(inbox.messages.map(({ id, state }) => [id, state])).toEqual(before.messages.map(({ id, state }) => [id, state]));
        expect(inbox.messages.map(({ receipts }) => receipts.acted)).toEqual(before.messages.map(({ receipts }) => receipts.acted));
      }),
      { numRuns: 500 },
    );
  });
});
