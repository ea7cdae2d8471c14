import { array, assert as holds, constantFrom, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byUrgency, checkBody, checkTopic, checkTopicPattern, checkType, firstPortion, MAX_BODY_BYTES, parsePriority, PRIORITIES, stateOf, type MessageHead, type Receipts } from '../../../src/core/message.ts';
import { failureOf } from '../../helpers/failure-of.ts';

const head = (seq: number, priority: MessageHead['priority'], bytes = 1): MessageHead => ({ id: `msg_${seq}`, seq, priority, bytes });
const heads = array(record({ priority: constantFrom(...PRIORITIES), bytes: nat(60) })).map((each) => each.map(({ priority, bytes }, seq) => head(seq, priority, bytes)));

describe('an inbox', () => {
  it('is in the order of priority, and of age within one', () => {
    const sorted = [head(1, 'low'), head(2, 'normal'), head(3, 'critical'), head(4, 'normal'), head(5, 'high')].toSorted(byUrgency);
    expect(sorted.map(({ seq }) => seq)).toEqual([3, 5, 2, 4, 1]);
  });

  it('is handed over in portions that are bounded, leave nothing out and always go on', () => {
    holds(
      property(heads, (all) => {
        const handed: MessageHead[] = [];
        for (let left = [...all]; left.length > 0; ) {
          const portion = firstPortion(left, { messages: 3, bytes: 100 });
          expect(portion.length).toBeGreaterThan(0);
          expect(portion.length).toBeLessThanOrEqual(3);
          expect(portion.length === 1 || portion.reduce((sum, { bytes }) => sum + bytes, 0) <= 100).toBe(true);
          handed.push(...portion);
          left = left.filter((each) => !portion.includes(each));
        }
        expect(handed).toEqual(all.toSorted(byUrgency));
      }),
    );
  });
});

describe('the state of a message', () => {
  const at = '2030-01-01T00:00:00.000Z';
  const queued: Receipts = { queued: at, injected: null, accepted: null, acted: null, reopened: null, dead: null };

  it('is the last step that was made', () => {
    const accepted = { ...queued, accepted: at };
    const acted = { ...accepted, acted: at };
    expect([queued, accepted, acted, { ...acted, reopened: at }, { ...queued, dead: { at, cause: 'expired' as const } }].map(stateOf)).toEqual(['queued', 'accepted', 'acted', 'accepted', 'dead']);
  });
});

describe('what may stand in a message', () => {
  it('is a text of at most 256 kB', () => {
    expect(checkBody('x'.repeat(MAX_BODY_BYTES))).toHaveLength(MAX_BODY_BYTES);
    expect(failureOf(() => checkBody('ü'.repeat(MAX_BODY_BYTES / 2 + 1)))).toMatchObject({ code: 'usage', hint: expect.stringContaining('256 kB') as string });
    for (const wrong of ['', ' \n', 'a\0b']) expect(failureOf(() => checkBody(wrong))).toMatchObject({ code: 'usage' });
  });

  it('is of a known priority, a type of one word, on a topic of words', () => {
    expect(parsePriority('critical')).toBe('critical');
    expect(failureOf(() => parsePriority('hihg'))).toMatchObject({ code: 'usage', hint: expect.stringContaining('did you mean high?') as string });
    expect([checkType('review.done'), checkTopic('health.cpu'), checkTopicPattern('health.*')]).toEqual(['review.done', 'health.cpu', 'health.*']);
    for (const wrong of ['', 'two words', '.x', 'x..y', 'x.', 'a\nb']) expect(failureOf(() => checkTopic(wrong))).toMatchObject({ code: 'usage' });
    for (const wrong of ['', 'two words', '-x']) expect(failureOf(() => checkType(wrong))).toMatchObject({ code: 'usage' });
  });
});
