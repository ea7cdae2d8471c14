import { describe, expect, it } from 'vitest';
import { MuxwardError } from '../../../src/core/errors.ts';
import { isEmpty, matchesGlob, select, type Selector } from '../../../src/core/selector.ts';
import type { State } from '../../../src/core/state.ts';

const agentOf = (
  name: string,
  project: string | null,
  state: State,
  labels: Record<string, string> = {},
) => ({
  id: `id-${name}`,
  name,
  project,
  state,
  labels,
  type: name.startsWith('cc') ? 'claude-code' : 'worker',
});
const agents = [
  agentOf('a-1', 'shop', 'ready', { tier: 'web' }),
  agentOf('a-10', 'shop', 'failed'),
  agentOf('a-2', null, 'ready', { tier: 'web', zone: 'x' }),
  agentOf('cc', 'shop', 'executing'),
];
const chosen = (selector: Selector): string[] => select(agents, selector).map(({ name }) => name);

describe('select', () => {
  it.each<[Selector, string[]]>([
    [{}, ['a-1', 'a-10', 'a-2', 'cc']],
    [{ all: true }, ['a-1', 'a-10', 'a-2', 'cc']],
    [{ names: ['a-1'] }, ['a-1']],
    [{ names: ['id-a-2'] }, ['a-2']],
    [{ names: ['cc', 'a-1', 'a-1'] }, ['a-1', 'cc']],
    [{ names: ['a-*'] }, ['a-1', 'a-10', 'a-2']],
    [{ names: ['a-?'] }, ['a-1', 'a-2']],
    [{ names: ['*'], project: 'shop' }, ['a-1', 'a-10', 'cc']],
    [{ project: 'shop', state: 'ready' }, ['a-1']],
    [{ type: 'claude-code' }, ['cc']],
    [{ labels: { tier: 'web' } }, ['a-1', 'a-2']],
    [{ labels: { tier: 'web', zone: 'x' } }, ['a-2']],
    [{ labels: { constructor: 'x' } }, []],
    [{ project: 'none' }, []],
  ])('%j means %j', (selector, names) => {
    expect(chosen(selector)).toEqual(names);
  });

  it('refuses a name or glob that matches nothing, and says what was meant and what there is', () => {
    const refusal = (names: string[], from = agents): MuxwardError => {
      try {
        select(from, { names });
      } catch (error) {
        if (error instanceof MuxwardError) return error;
      }
      throw new Error('it was not refused');
    };
    expect(refusal(['a-1', 'a-11'])).toMatchObject({
      code: 'not-found',
      exitCode: 3,
      message: 'no agent is called "a-11"',
    });
    expect(refusal(['a-11']).hint).toMatch(/^did you mean a-1\? Agents here: a-1, a-10, a-2, cc$/);
    expect(refusal(['b-*']).code).toBe('not-found');
    expect(refusal(['x'], []).hint).toContain('There are no agents yet');
    const many = Array.from({ length: 15 }, (_, n) => agentOf(`worker-${n}`, null, 'ready'));
    expect(refusal(['zzzzzz'], many).hint).toContain('and 3 more');
  });
});

it('a glob takes nothing but * and ? for special', () => {
  expect(matchesGlob('a.1', 'a-1')).toBe(false);
  expect(matchesGlob('[a]*', 'a-1')).toBe(false);
  expect(matchesGlob('a-1', 'xa-1')).toBe(false);
  expect(matchesGlob('*1', 'a-1')).toBe(true);
});

it('is empty where it names nothing: then nothing must be changed', () => {
  for (const nothing of [{}, { names: [] }, { labels: {} }, { all: false }])
    expect(isEmpty(nothing)).toBe(true);
  for (const something of [
    { all: true },
    { names: ['a'] },
    { labels: { a: 'b' } },
    { project: '' },
    { state: 'ready' },
    { type: 'x' },
  ]) {
    expect(isEmpty(something)).toBe(false);
  }
});
