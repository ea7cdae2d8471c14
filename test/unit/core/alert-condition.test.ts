import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConditionFault, METRICS, OPERATORS, parseCondition } from '../../../src/core/alert-condition.ts';
import { BUILT_IN_RULES } from '../../../src/core/alert-rules.ts';

const metric = (of: string, op: string, value: number, more: object = {}) => ({ kind: 'metric', metric: of, op, value, ofLimit: false, forMs: 0, ...more });

describe('rules of alerts', () => {
  it.each([
    ['cpu > 90% for 2m', metric('cpu', '>', 90, { forMs: 120_000 })],
    ['cpu>90', metric('cpu', '>', 90)],
    ['CPU >= 150 % for 1h30m', metric('cpu', '>=', 150, { forMs: 5_400_000 })],
    ['cpu > 90% of limit', metric('cpu', '>', 90, { ofLimit: true })],
    ['memory > 80% of limit for 10s', metric('memory', '>', 80, { ofLimit: true, forMs: 10_000 })],
    ['rss > 1GB for 30s', metric('rss', '>', 2 ** 30, { forMs: 30_000 })],
    ['rss > 1 GB', metric('rss', '>', 2 ** 30)],
    ['response > 500ms for 1m', metric('response', '>', 500, { forMs: 60_000 })],
    ['cost > $5.50', metric('cost', '>', 5.5)],
    ['disk > 90%', metric('disk', '>', 90)],
    ['processes <= 3', metric('processes', '<=', 3)],
    ['restarts > 3 in 10m', { kind: 'restarts', op: '>', value: 3, withinMs: 600_000 }],
    ['restarts > 3', { kind: 'restarts', op: '>', value: 3, withinMs: 600_000 }],
    ['no output for 15m', { kind: 'silence', forMs: 900_000 }],
    ['health is unhealthy for 1m', { kind: 'is', what: 'health', not: false, value: 'unhealthy', forMs: 60_000 }],
    ['state is not ready', { kind: 'is', what: 'state', not: true, value: 'ready', forMs: 0 }],
    ['activity is waiting for 5m', { kind: 'is', what: 'activity', not: false, value: 'waiting', forMs: 300_000 }],
    ['event tmux.lost', { kind: 'event', type: 'tmux.lost' }],
  ])('%s', (text, condition) => {
    expect(parseCondition(text)).toEqual(condition);
  });

  it.each([
    ['', 1, 'it ends where a metric belongs', 'for example'],
    ['cup > 90%', 1, '"cup" is nothing that can be watched', 'did you mean cpu?'],
    ['cpu', 4, 'it ends where >, >=, < or <= belongs', 'cpu > 90%'],
    ['cpu is 90%', 5, '"is" compares nothing', 'one of >, >=, <, <='],
    ['cpu == 90%', 5, '"==" compares nothing', 'one of'],
    ['cpu > lots', 7, '"lots" is not a share', '90%'],
    ['rss > 90%', 7, '90% of what?', 'rss > 90% of limit'],
    ['memory > 80%', 10, '80% of what?', 'memory > 80% of limit'],
    ['processes > 80% of limit', 13, '"80%" is not a number', ''],
    ['processes > 8 of limit', 13, '"8" is no share of a limit', ''],
    ['cpu > 90% for', 14, 'it ends where a duration belongs', '500ms'],
    ['cpu > 90% for soon', 15, '"soon" is not a duration', '500ms'],
    ['cpu > 90% while 2m', 11, '"while" belongs to nothing', ''],
    ['cpu > 90% for 2m please', 18, '"please" belongs to nothing', ''],
    ['no outptu for 1m', 4, '"outptu" where "output" belongs', ''],
    ['no output', 10, 'it ends where "for" belongs', ''],
    ['no output for 0s', 15, '"0s" is no time', 'for 15m'],
    ['restarts > 3 in 0m', 17, '"0m" is no time', 'in 15m'],
    ['health is sick', 11, 'health is never "sick"', 'One of unknown, starting, healthy'],
    ['state is redy', 10, 'state is never "redy"', 'did you mean ready?'],
    ['event tmux.lots', 7, 'there is no event "tmux.lots"', 'did you mean tmux.lost?'],
  ])('%j is refused at its place', (text, position, message, hint) => {
    const fault = faultOf(text);
    expect(fault).toMatchObject({ position, message });
    expect(fault.hint).toContain(hint);
  });

  it('are read back whatever their numbers and spaces', () => {
    const space = fc.constantFrom(' ', '  ', '\t');
    const written = fc.tuple(fc.constantFrom('processes', 'failures'), fc.constantFrom(...OPERATORS), fc.nat(10_000), fc.nat(10_000), space);
    fc.assert(
      fc.property(written, ([name, op, value, seconds, gap]) => {
        expect(parseCondition([name, op, value, 'for', `${seconds}s`].join(gap))).toEqual(metric(name, op, value, { forMs: seconds * 1000 }));
      }),
    );
  });

  it('are refused with a place inside the text or just behind it, whatever they are', () => {
    const word = fc.constantFrom(...Object.keys(METRICS), ...OPERATORS, 'for', 'of', 'limit', 'is', 'no', 'output', 'event', '90%', '1GB', '3m', 'x', '%');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 7 }), (words) => {
        const text = words.join(' ');
        const { position, hint } = triedOf(text) ?? { position: 1, hint: 'none is needed' };
        expect(position).toBeGreaterThan(0);
        expect(position).toBeLessThanOrEqual(text.length + 1);
        expect(hint).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it('of muxward itself are understood, and each has a name of its own', () => {
    expect(BUILT_IN_RULES.length).toBeGreaterThan(8);
    expect(new Set(BUILT_IN_RULES.map(({ name }) => name)).size).toBe(BUILT_IN_RULES.length);
  });
});

function faultOf(text: string): ConditionFault {
  const fault = triedOf(text);
  if (fault === undefined) throw new Error(`${text} was taken`);
  return fault;
}

function triedOf(text: string): ConditionFault | undefined {
  try {
    parseCondition(text);
    return undefined;
  } catch (error) {
    if (error instanceof ConditionFault) return error;
    throw error;
  }
}
