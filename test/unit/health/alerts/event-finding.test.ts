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
    expect(found(event('agent.typed', 'web', { bytes: 1 }))).toEqual([]);
  });

  it('of no agent is about those that it hit', () => {
    expect(found(event('tmux.lost', null, { agents: 2 }), ['a', 'b'])).toMatchObject([{ key: 'tmux-lost|', agents: ['a', 'b'], message: 'the tmux server was lost with 2 agents: a, b', sticky: false }]);
  });

  it('of a channel has a key of its own', () => {
    expect(found(event('channel.failed', null, { channel: 'ops', message: 'no answer' })).map(({ key }) => key)).toEqual(['channel-failed|channel ops']);
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
