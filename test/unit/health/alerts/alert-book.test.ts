// The open alerts, in virtual time: one cause, one alert, told once.
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AlertBook, CALM_MS, HOLD_MS, type BookChange } from '../../../../src/health/alerts/alert-book.ts';
import type { Finding } from '../../../../src/health/alerts/open-alert.ts';

const MINUTE_MS = 60_000;

let nowMs: number;
let ids: number;
let silent: (rule: string, agents: readonly string[]) => boolean;
let book: AlertBook;

const moment = () => ({ nowMs, at: new Date(nowMs).toISOString() });
const told = (changes: readonly BookChange[]): string[] =>
  changes.flatMap(({ kind, alert, recovery }) => (kind === 'updated' ? [] : [`${kind}: ${(recovery ?? alert).message}`]));

function finding(rule: string, agent: string | null, more: Partial<Finding> = {}): Finding {
  return { key: `${rule}|${agent ?? ''}`, rule, severity: 'warning', agents: agent === null ? [] : [agent], message: `${agent ?? 'muxward'} ${rule}`, sticky: false, ...more };
}

/** Lets time go by, in steps of a second, and gives what is told meanwhile. */
function pass(ms: number): string[] {
  const all: string[] = [];
  for (const end = nowMs + ms; nowMs < end; ) {
    nowMs += Math.min(1000, end - nowMs);
    all.push(...told(book.tick(moment())));
  }
  return all;
}

const find = (...findings: Finding[]): string[] => findings.flatMap((each) => told(book.find(each, moment())));
const clear = (rule: string, agent: string): string[] => told(book.clear(`${rule}|${agent}`, `${agent} ${rule} no more`, moment()));

beforeEach(() => {
  nowMs = 0;
  ids = 0;
  silent = () => false;
  book = new AlertBook({
    newId: () => `al_${(ids += 1)}`,
    escalationOf: (rule) => (rule === 'gave-up' ? { afterMs: 15 * MINUTE_MS, to: ['mail'] } : null),
    isSilenced: (rule, agents) => silent(rule, agents),
  });
});

describe('one cause is one alert', () => {
  it('told a moment later, and its end at once', () => {
    expect(find(finding('unhealthy', 'web'))).toEqual([]);
    expect(pass(HOLD_MS)).toEqual(['raised: web unhealthy']);
    expect(clear('unhealthy', 'web')).toEqual(['recovered: web unhealthy no more']);
    expect(book.open()).toEqual([]);
  });

  it('what is over before it was told, nobody hears of', () => {
    find(finding('unhealthy', 'web'));
    clear('unhealthy', 'web');
    expect(pass(MINUTE_MS)).toEqual([]);
  });

  it('what ends without anything being well again is over without a word, of many agents only where none is well', () => {
    const endSilently = (agent: string): string[] => told(book.clear(`unhealthy|${agent}`, null, moment()));
    find(finding('unhealthy', 'web'));
    pass(HOLD_MS);
    expect([endSilently('web'), pass(MINUTE_MS), book.open()]).toEqual([[], [], []]);
    for (const end of [endSilently, (name: string) => clear('unhealthy', name)]) {
      find(...['a', 'b', 'c', 'd'].map((name) => finding('unhealthy', name)));
      pass(HOLD_MS);
      end('a');
      expect(['b', 'c', 'd'].flatMap(endSilently).length).toBe(end === endSilently ? 0 : 1);
    }
  });

  it('the same again is counted', () => {
    find(finding('hook-failed', 'web', { sticky: true }), finding('hook-failed', 'web', { sticky: true }));
    pass(HOLD_MS);
    find(finding('hook-failed', 'web', { sticky: true, message: 'the newest' }));
    expect(pass(MINUTE_MS)).toEqual([]);
    expect(book.open().map(({ alert }) => [alert.count, alert.message])).toEqual([[3, 'the newest']]);
  });

  it('many agents at once are one, with their names; what follows soon joins, what follows late does not', () => {
    find(...['a', 'b', 'c', 'd', 'e'].map((name) => finding('gave-up', name, { severity: 'critical' })));
    expect(pass(HOLD_MS)).toEqual(['raised: 5 agents at once: a, b, c, d, e; a gave-up']);
    pass(20_000);
    find(finding('gave-up', 'f'));
    expect(pass(20_000)).toEqual([]);
    expect(book.open()[0]?.alert).toMatchObject({ agent: null, agents: ['a', 'b', 'c', 'd', 'e', 'f'], count: 6, severity: 'critical' });
    pass(MINUTE_MS);
    find(finding('gave-up', 'g'));
    expect(pass(HOLD_MS)).toEqual(['raised: g gave-up']);
  });

  it('of many, it is over when the last is', () => {
    const names = ['a', 'b', 'c', 'd'];
    find(...names.map((name) => finding('unhealthy', name)));
    pass(HOLD_MS);
    expect(names.slice(1).flatMap((name) => clear('unhealthy', name))).toEqual([]);
    expect(clear('unhealthy', 'a')).toEqual([expect.stringContaining('recovered: over: 4 agents at once')]);
  });

  it('a few are told one by one', () => {
    find(finding('gave-up', 'a'), finding('gave-up', 'b'), finding('unhealthy', 'c'));
    expect(pass(HOLD_MS)).toEqual(['raised: a gave-up', 'raised: b gave-up', 'raised: c unhealthy']);
  });

  it('twenty deaths from one tmux server are its death, whichever is seen first', () => {
    const names = Array.from({ length: 20 }, (_, i) => `agent-${i}`);
    const deaths = names.map((name) => finding('gave-up', name, { severity: 'critical' }));
    find(...deaths.slice(0, 10), finding('tmux-lost', null, { severity: 'critical', agents: names, message: 'the tmux server was lost' }));
    expect(pass(HOLD_MS)).toEqual(['raised: the tmux server was lost']);
    find(...deaths.slice(10));
    expect(pass(20_000)).toEqual([]);
    expect(book.open()).toHaveLength(1);
    expect(told(book.clear('tmux-lost|', 'they run again', moment()))).toEqual([]);
    expect(names.flatMap((name) => clear('gave-up', name))).toEqual(['recovered: over: the tmux server was lost']);
  });
});

describe('what comes and goes', () => {
  it('is told three times, then stays open until it was calm', () => {
    const round = (): string[] => [...find(finding('unhealthy', 'web')), ...pass(5000), ...clear('unhealthy', 'web'), ...pass(5000)];
    const rounds = Array.from({ length: 20 }, round).flat();
    expect(rounds).toEqual([
      'raised: web unhealthy',
      'recovered: web unhealthy no more',
      'raised: web unhealthy',
      'recovered: web unhealthy no more',
      'raised: web unhealthy (comes and goes: 3 times in 10 min)',
    ]);
    expect(pass(CALM_MS)).toEqual(['recovered: web unhealthy no more']);
  });
});

describe('what nobody acknowledges', () => {
  it('is told further, once', () => {
    find(finding('gave-up', 'web'));
    pass(HOLD_MS);
    expect(pass(14 * MINUTE_MS)).toEqual([]);
    expect(pass(60 * MINUTE_MS)).toEqual(['escalated: web gave-up']);
  });

  it('but not after an acknowledgement, and not of a rule that has no escalation', () => {
    find(finding('gave-up', 'web'), finding('unhealthy', 'api'));
    pass(HOLD_MS);
    expect(book.acknowledge('al_1', moment())).toMatchObject({ acknowledgedAt: expect.any(String), closedAt: null });
    expect(pass(60 * MINUTE_MS)).toEqual([]);
    expect(clear('gave-up', 'web')).toEqual(['recovered: web gave-up no more']);
  });

  it('an acknowledged event is over', () => {
    find(finding('hook-failed', 'web', { sticky: true }));
    pass(HOLD_MS);
    expect(book.acknowledge('al_1', moment())?.closedAt).not.toBeNull();
    expect(book.open()).toEqual([]);
  });
});

describe('silences', () => {
  it('tell nobody, and afterwards what is still so', () => {
    silent = (rule, agents) => rule === 'unhealthy' && agents.every((name) => name === 'web');
    find(finding('unhealthy', 'web'), finding('unhealthy', 'api'));
    expect(pass(MINUTE_MS)).toEqual(['raised: api unhealthy']);
    silent = () => false;
    expect(pass(1000)).toEqual(['raised: web unhealthy']);
  });

  it('what is over meanwhile is never told', () => {
    silent = () => true;
    find(finding('unhealthy', 'web'));
    pass(HOLD_MS);
    expect(clear('unhealthy', 'web')).toEqual([]);
  });
});

it('of a rule that was turned off nothing stays open, and nobody is told', () => {
  find(finding('gave-up', 'web'), finding('hook-failed', 'api', { sticky: true }), finding('unhealthy', 'web'));
  pass(HOLD_MS);
  expect(told(book.endUnless((rule) => rule === 'unhealthy', moment()))).toEqual([]);
  expect(book.open().map(({ alert }) => [alert.rule, alert.closedAt])).toEqual([['unhealthy', null]]);
});

it('of an agent that is removed nothing stays, and nobody is told', () => {
  find(finding('gave-up', 'web'));
  pass(HOLD_MS);
  find(finding('unhealthy', 'web'));
  expect(told(book.forget('web', moment()))).toEqual([]);
  expect(pass(60 * MINUTE_MS)).toEqual([]);
  expect(book.open()).toEqual([]);
});

it('in every history each alert is raised once, recovers at most once, and never two are open with one key', () => {
  const step = fc.record({ what: fc.constantFrom('find', 'clear', 'pass'), agent: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), rule: fc.constantFrom('unhealthy', 'gave-up'), ms: fc.nat(400_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      ids = 0;
      const own = new AlertBook({ newId: () => `al_${(ids += 1)}`, escalationOf: () => null, isSilenced: () => false });
      const changes: BookChange[] = [];
      for (const { what, agent, rule, ms } of steps) {
        if (what === 'find') changes.push(...own.find(finding(rule, agent), moment()));
        else if (what === 'clear') changes.push(...own.clear(`${rule}|${agent}`, 'over', moment()));
        else nowMs += ms;
        changes.push(...own.tick(moment()));
        const keys = own.open().flatMap((open) => [...open.keys]);
        expect(new Set(keys).size).toBe(keys.length);
      }
      const raised = changes.filter(({ kind }) => kind === 'raised').map(({ alert }) => alert.id);
      const recovered = changes.filter(({ kind }) => kind === 'recovered').map(({ alert }) => alert.id);
      expect(new Set(raised).size).toBe(raised.length);
      expect(new Set(recovered).size).toBe(recovered.length);
      expect(recovered.every((id) => raised.includes(id))).toBe(true);
    }),
    { numRuns: 500 },
  );
});
