import { describe, expect, it } from 'vitest';
import { BUILT_IN_RULES } from '../../../../src/core/alert-rules.ts';
import type { MuxwardEvent } from '../../../../src/core/event.ts';
import { endedBy, findingOf } from '../../../../src/health/alerts/event-finding.ts';

const event = (type: string, agent: string | null, data: object): MuxwardEvent => ({ seq: 1, at: '', type, agent, data }) as unknown as MuxwardEvent;
const found = (one: MuxwardEvent, hit: readonly string[] = []) => BUILT_IN_RULES.flatMap((rule) => findingOf(rule, one, hit) ?? []);

describe('an event', () => {
  it('is found by the rule that names it, with its agent and its words', () => {
    expect(found(event('hook.failed', 'web', { command: 'x', message: 'status 3' }))).toEqual([
      { key: 'hook-failed|web', rule: 'hook-failed', severity: 'warning', agents: ['web'], message: 'web: a hook failed: status 3', sticky: true },
    ]);
    expect(found(event('limit.warned', 'web', { limit: 'memory', used: 2 ** 20, allowed: 2 ** 21 }))).toMatchObject([{ key: 'limit-near|web', message: 'web is near its limit of 2.0M memory: 1.0M memory' }]);
    expect(found(event('agent.typed', 'web', { bytes: 1 }))).toEqual([]);
  });

  it('of no agent is about those that it hit', () => {
    expect(found(event('tmux.lost', null, { agents: 2 }), ['a', 'b'])).toMatchObject([{ key: 'tmux-lost|', agents: ['a', 'b'], message: 'the tmux server was lost with 2 agents: a, b', sticky: false }]);
  });

  it('of a channel has a key of its own', () => {
    expect(found(event('channel.failed', null, { channel: 'ops', message: 'no answer' })).map(({ key }) => key)).toEqual(['channel-failed|channel ops']);
  });

  it('about several agents names them, and is told from others by its id', () => {
    const [rule] = BUILT_IN_RULES;
    if (rule === undefined) throw new Error('no rule');
    const conflict = { ...rule, name: 'conflict', condition: { kind: 'event', type: 'conflict.found' as 'agent.typed' } } as const;
    const data = { id: 'c1', kind: 'same file', agents: ['a', 'b'], files: ['x.ts', 'y.ts'] };
    expect(findingOf(conflict, event('conflict.found', null, data), [])).toMatchObject({ key: 'conflict|id c1', agents: ['a', 'b'], sticky: false, message: 'conflict found: id c1, kind same file, agents a, b, files x.ts, y.ts' });
    expect(endedBy(event('conflict.resolved', null, { id: 'c1', agents: ['a', 'b'] }))).toEqual({ key: 'conflict|id c1', words: 'the conflict is resolved' });
  });

  it('may be the end of another', () => {
    expect(endedBy(event('tmux.restored', null, {}))).toEqual({ key: 'tmux-unreachable|', words: 'tmux answers again' });
    expect(endedBy(event('tmux.lost', null, { agents: 1 }))).toBeNull();
  });

  it('of any type is said in words by what it carries', () => {
    const [rule] = BUILT_IN_RULES;
    if (rule === undefined) throw new Error('no rule');
    const say = (type: string, data: object): string | undefined => findingOf({ ...rule, condition: { kind: 'event', type: type as 'agent.typed' } }, event(type, 'web', data), [])?.message;
    expect(say('agent.judged', { action: 'restart', reason: 'exit 1' })).toBe('web: agent judged: exit 1');
    expect(say('agent.typed', { bytes: 3 })).toBe('web: agent typed: bytes 3');
  });

  it('is found only for agents that the rule is for', () => {
    const [rule] = BUILT_IN_RULES.filter(({ name }) => name === 'hook-failed').map((each) => ({ ...each, agents: 'api-*' }));
    if (rule === undefined) throw new Error('no rule');
    const of = (agent: string | null) => findingOf(rule, event('hook.failed', agent, { message: 'x' }), []);
    expect([of('api-1')?.agents, of('web'), of(null)]).toEqual([['api-1'], null, null]);
  });
});
