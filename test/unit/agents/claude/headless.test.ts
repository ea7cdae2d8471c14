import { describe, expect, it } from 'vitest';
import { chosenConversation } from '../../../../src/agents/claude/chosen-conversation.ts';
import { HeadlessConversation, type Effect } from '../../../../src/agents/claude/headless/conversation.ts';
import { streamEventOf } from '../../../../src/agents/claude/headless/stream-events.ts';
import { budgetState } from '../../../../src/core/budget.ts';
import { failureOf } from '../../../helpers/failure-of.ts';

const NOW = new Date('2030-01-31T12:00:00.000Z');
const SESSION = '11111111-1111-4111-8111-111111111111';

function conversation(exitWhenDone = false): HeadlessConversation {
  return new HeadlessConversation({ generation: 1, exitWhenDone, now: () => NOW }, undefined);
}

function hear(one: HeadlessConversation, ...lines: object[]): Effect[] {
  return lines.flatMap((line) => {
    const event = streamEventOf(JSON.stringify(line));
    return event === undefined ? [] : one.hear(event);
  });
}

const lifecycle = (id: string, state: string): object => ({ type: 'command_lifecycle', command_uuid: id, state });
const result = (more: object = {}): object => ({ type: 'result', subtype: 'success', is_error: false, result: 'done', num_turns: 1, total_cost_usd: 0.01, session_id: SESSION, ...more });
const apiError = (status: number, error: string): object => ({ type: 'assistant', is_api_error_message: true, api_error_status: status, error, message: { content: [{ type: 'text', text: 'API Error' }] } });
const ask = { type: 'control_request', request_id: 'q1', request: { subtype: 'can_use_tool', tool_name: 'Bash', input: { command: 'make' } } };

describe('a headless conversation', () => {
  it('hands a prompt over once, forgets it when it stands in the conversation, and passes over the same one later', () => {
    const one = conversation();
    expect(one.begin({ id: 'p1', text: 'hi' }, null)).toEqual([{ do: 'write', message: { type: 'user', uuid: 'p1', message: { role: 'user', content: 'hi' } } }]);
    expect(one.take({ kind: 'prompt', id: 'p1', text: 'hi' })).toEqual([]);
    // Queued or begun, it is in the program's memory only.
    expect(hear(one, lifecycle('p1', 'queued'), lifecycle('p1', 'started'))).toEqual([]);
    expect(one.status).toMatchObject({ state: 'working', queued: ['p1'], accepted: [] });
    expect(hear(one, { type: 'assistant', message: { content: [{ type: 'text', text: 'hello' }] } })).toEqual([{ do: 'forget', item: 'p1' }]);
    expect(hear(one, result(), lifecycle('p1', 'completed')).map((effect) => effect.do)).toEqual(['result']);
    expect(one.status).toMatchObject({ state: 'idle', accepted: ['p1'] });
    expect(one.take({ kind: 'prompt', id: 'p1', text: 'hi' })).toEqual([{ do: 'forget', item: 'p1' }]);
  });

  it('is at rest after one that Claude Code passes over, since it was written down in the run before', () => {
    const one = conversation(true);
    one.begin({ id: 'p1', text: 'hi' }, null);
    expect(hear(one, { type: 'user', isReplay: true, uuid: 'p1', message: { content: 'hi' } })).toEqual([{ do: 'forget', item: 'p1' }, { do: 'close' }]);
    expect(one.status).toMatchObject({ state: 'idle', accepted: ['p1'] });
  });

  it('asks, takes the answer to that question only, and goes on', () => {
    const one = conversation();
    one.begin({ id: 'p1', text: 'hi' }, null);
    hear(one, ask);
    expect(one.status).toMatchObject({ state: 'waiting', question: { id: 'q1', text: 'run make?' } });
    expect(one.take({ kind: 'answer', id: 'a0', question: 'q0', decision: { allow: true, text: '' } })).toEqual([{ do: 'forget', item: 'a0' }]);
    const [written] = one.take({ kind: 'answer', id: 'a1', question: 'q1', decision: { allow: false, text: 'not now' } });
    expect(written).toMatchObject({ message: { response: { request_id: 'q1', response: { behavior: 'deny', message: 'not now' } } } });
    expect(one.status).toMatchObject({ state: 'working', question: null });
  });

  it('calls an error of the API one, although Claude Code says success', () => {
    const one = conversation();
    one.begin({ id: 'p1', text: 'hi' }, null);
    const effects = hear(one, apiError(400, 'invalid_request'), result({ is_error: true }));
    expect(effects).toMatchObject([{ do: 'result', result: { isError: true, subtype: 'success' } }]);
    expect(one.status).toMatchObject({ state: 'idle', failure: 'invalid_request' });
  });

  it('waits while the API is overloaded, longer each time, and goes on', () => {
    const one = conversation(true);
    one.begin({ id: 'p1', text: 'hi' }, null);
    expect(hear(one, apiError(529, 'overloaded'), result({ is_error: true }))).toContainEqual({ do: 'wake', atMs: NOW.getTime() + 30_000 });
    expect(one.status).toMatchObject({ state: 'limited', failure: 'overloaded', limitedUntil: '2030-01-31T12:00:30.000Z' });
    expect(JSON.stringify(one.resume())).toContain('error of the API');
    expect(hear(one, apiError(500, 'server_error'), result({ is_error: true }))).toContainEqual({ do: 'wake', atMs: NOW.getTime() + 60_000 });
  });

  it('answers each question of its own with its own answer', () => {
    const one = conversation();
    one.begin({ id: 'p1', text: 'hi' }, null);
    hear(one, { ...ask, request: { subtype: 'can_use_tool', tool_name: 'AskUserQuestion', input: { questions: [{ question: 'A?' }, { question: 'B?' }] } } });
    const [written] = one.take({ kind: 'answer', id: 'a1', question: 'q1', decision: { allow: true, text: '', answers: { 'A?': 'x', 'B?': 'y' } } });
    expect(written).toMatchObject({ message: { response: { response: { behavior: 'allow', updatedInput: { answers: { 'A?': 'x', 'B?': 'y' } } } } } });
  });

  it('a turn that is interrupted is no error, and what follows may be one', () => {
    const one = conversation();
    one.begin({ id: 'p1', text: 'hi' }, null);
    one.take({ kind: 'interrupt', id: 'i1' });
    const cut = result({ is_error: true, subtype: 'error_during_execution', result: '[ede_diagnostic] result_type=user' });
    expect(hear(one, cut)).toContainEqual({ do: 'result', result: expect.objectContaining({ text: 'interrupted' }) });
    expect(one.status).toMatchObject({ state: 'idle', evidence: 'interrupted', failure: null });
    one.take({ kind: 'prompt', id: 'p2', text: 'more' });
    hear(one, cut);
    expect(one.status).toMatchObject({ state: 'idle', failure: 'error_during_execution' });
  });

  it('waits until a usage limit is reset, and goes on', () => {
    const one = conversation(true);
    one.begin({ id: 'p1', text: 'hi' }, null);
    const info = { status: 'rejected', resetsAt: NOW.getTime() / 1000 + 60 };
    const effects = hear(
      one,
      { type: 'rate_limit_event', rate_limit_info: info },
      { type: 'assistant', is_api_error_message: true, error: 'rate_limit', api_error: 'usage_limit_reached', message: { content: [] } },
      result({ is_error: true }),
      lifecycle('p1', 'completed'),
    );
    expect(effects).toContainEqual({ do: 'wake', atMs: NOW.getTime() + 60_000 });
    expect(effects).not.toContainEqual({ do: 'close' });
    expect(one.status).toMatchObject({ state: 'limited', limitedUntil: '2030-01-31T12:01:00.000Z' });
    expect(one.resume()).toMatchObject([{ do: 'write' }]);
  });

  it('ends when it is done: not with a prompt, or work in the background, left', () => {
    const one = conversation(true);
    one.begin({ id: 'p1', text: 'hi' }, null);
    one.take({ kind: 'prompt', id: 'p2', text: 'more' });
    hear(one, { type: 'system', subtype: 'background_tasks_changed', tasks: [{}] });
    hear(one, result(), lifecycle('p1', 'completed'));
    expect(hear(one, lifecycle('p2', 'completed'))).not.toContainEqual({ do: 'close' });
    expect(hear(one, { type: 'system', subtype: 'background_tasks_changed', tasks: [] })).toEqual([{ do: 'close' }]);
  });

  it('says after a kill in the middle of a turn that it may go on, and after an end of a turn nothing', () => {
    expect(conversation().begin(null, 'working')).toMatchObject([{ do: 'write' }]);
    expect(conversation().begin(null, 'idle')).toEqual([]);
  });
});

describe("a conversation named in the agent's command", () => {
  it('is resumed, and what muxward could not follow is refused', () => {
    expect(chosenConversation({ name: 'a' }, ['--model', 'opus', '--resume', SESSION])).toEqual({ sessionId: SESSION, words: ['--model', 'opus'] });
    expect(chosenConversation({ name: 'a' }, [`-r=${SESSION}`, '--verbose'])).toEqual({ sessionId: SESSION, words: ['--verbose'] });
    expect(failureOf(() => chosenConversation({ name: 'a' }, ['--continue'])).message).toContain('--continue');
    expect(failureOf(() => chosenConversation({ name: 'a' }, ['--resume'])).message).toContain('needs the id');
  });
});

describe('a budget', () => {
  it('is told of from 80 %, and spent at all of it', () => {
    expect([0.79, 0.8, 0.99, 1, 3].map((spent) => budgetState(1, spent).state)).toEqual(['open', 'warned', 'warned', 'exceeded', 'exceeded']);
    expect(budgetState(0.3, 0.1 + 0.2 - 1e-12).state).toBe('exceeded');
  });
});
