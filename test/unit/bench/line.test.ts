import { describe, expect, it } from 'vitest';
import { isHeld, judge, lineOfMedians, type Bar, type Line } from '../../../scripts/bench/line.ts';
import { summarize } from '../../../scripts/bench/stats.ts';

function line(values: Line['values'], ...bars: Bar[]): Line {
  return { what: 'a thing', unit: 'ms', values, bars };
}

describe('a bar', () => {
  it('of at most so many times another holds up to that number, and not above it', () => {
    const bar: Bar = { kind: 'times-of', other: 'tmux', atMost: 1.6 };
    expect(judge(line({ muxward: 160, tmux: 100 }), bar)).toEqual({
      text: '1.60 × tmux (at most 1.6)',
      held: true,
    });
    expect(judge(line({ muxward: 161, tmux: 100 }), bar).held).toBe(false);
  });

  it('of so many times faster than another holds from that number on', () => {
    const bar: Bar = { kind: 'faster-than', other: 'pm2', atLeast: 3 };
    expect(judge(line({ muxward: 10, pm2: 30 }), bar)).toEqual({
      text: '3.00 × faster than pm2 (at least 3)',
      held: true,
    });
    expect(judge(line({ muxward: 10, pm2: 29 }), bar).held).toBe(false);
  });

  it('of so much more than another holds up to that, and not above it', () => {
    const bar: Bar = { kind: 'more-than', other: 'claude', atMost: 300 };
    expect(judge(line({ muxward: 1300, claude: 1000 }), bar)).toEqual({ text: '300 more than claude (at most 300)', held: true });
    expect(judge(line({ muxward: 1301, claude: 1000 }), bar).held).toBe(false);
  });

  it('of a value holds below it', () => {
    expect(judge(line({ muxward: 9.9 }), { kind: 'value', below: 10 }).held).toBe(true);
    expect(judge(line({ muxward: 10 }), { kind: 'value', below: 10 }).held).toBe(false);
  });

  it('of none holds for 0 only', () => {
    expect(judge(line({ muxward: 0 }), { kind: 'none' }).held).toBe(true);
    expect(judge(line({ muxward: 1 }), { kind: 'none' }).held).toBe(false);
  });

  it.each<Bar>([
    { kind: 'times-of', other: 'tmux', atMost: 1.6 },
    { kind: 'faster-than', other: 'pm2', atLeast: 3 },
    { kind: 'more-than', other: 'claude', atMost: 300 },
    { kind: 'value', below: 10 },
    { kind: 'none' },
  ])('of kind $kind does not hold where nothing was measured', (bar) => {
    expect(judge(line({}), bar).held).toBe(false);
    expect(judge(line({ tmux: 5, pm2: 5 }), bar).held).toBe(false);
  });
});

describe('a line', () => {
  it('is held when all of its bars are, and when it has none', () => {
    const fast: Bar = { kind: 'value', below: 10 };
    const faster: Bar = { kind: 'value', below: 5 };
    expect(isHeld(line({ muxward: 7 }))).toBe(true);
    expect(isHeld(line({ muxward: 7 }, fast))).toBe(true);
    expect(isHeld(line({ muxward: 7 }, fast, faster))).toBe(false);
  });

  it('of medians leaves out what was never measured', () => {
    const made = lineOfMedians('a thing', { muxward: summarize([3, 1, 2]), pm2: summarize([]) });
    expect(made.values).toEqual({ muxward: 2 });
  });
});
