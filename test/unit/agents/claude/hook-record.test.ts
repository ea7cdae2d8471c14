import { assert, dictionary, jsonValue, nat, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCutOff } from '../../../../src/agents/claude/cut-off-json.ts';
import { readHook } from '../../../../src/agents/claude/hook-record.ts';

const AT = '2030-01-31T12:00:00.000Z';
const call = (payload: object, event = 'PreToolUse'): string => `muxward-hook 1 3 ${event}\n${JSON.stringify(payload)}\nend\n`;

describe('a hook call as the script took it down', () => {
  it('is read with its conversation, prompt and generation', () => {
    const payload = { session_id: 's1', prompt_id: 'p1', hook_event_name: 'PreToolUse', tool_name: 'Bash' };
    expect(readHook('12.3-4', call(payload), AT)).toEqual({
      id: '12.3-4',
      event: 'PreToolUse',
      sessionId: 's1',
      promptId: 'p1',
      at: AT,
      generation: 3,
      payload,
    });
  });

  it('is unfinished wherever it was cut, until it is old', () => {
    const whole = call({ session_id: 's1', tool_name: 'Bash', tool_input: { command: 'x' } });
    for (let length = 0; length < whole.length; length += 1) {
      expect(readHook('a', whole.slice(0, length), AT)).toBe('unfinished');
    }
    const old = readHook('a', whole.slice(0, whole.indexOf(',"tool_input"') + 20), AT, true);
    expect(old).toMatchObject({ event: 'PreToolUse', sessionId: 's1', payload: { tool_name: 'Bash' } });
  });

  it('is garbage where it is no call, or of a hook that nobody asked for', () => {
    expect(readHook('a', 'something else\nend\n', AT)).toBe('garbage');
    expect(readHook('a', call({ session_id: 's' }, 'NoSuchHook'), AT)).toBe('garbage');
    expect(readHook('a', 'muxward-hook 1 3 Stop\nno json\nend\n', AT)).toBe('garbage');
    expect(readHook('a', '', AT, true)).toBe('garbage');
  });

  it('keeps its first fields whole where the script cut it off', () => {
    const text = JSON.stringify({ session_id: 's1', tool_input: { command: 'a "b" \\ {', list: [1, 2] }, tool_response: 'y'.repeat(500) });
    const cut = parseCutOff(text.slice(0, 200));
    expect(cut).toEqual({ session_id: 's1', tool_input: { command: 'a "b" \\ {', list: [1, 2] } });
  });

  it('never throws, and never invents a field, however it was cut', () => {
    assert(
      property(dictionary(string(), jsonValue()), nat(), (object, at) => {
        const text = JSON.stringify(object);
        const read = parseCutOff(text.slice(0, at % (text.length + 1))) ?? {};
        for (const key of Object.keys(read)) expect(Object.hasOwn(object, key)).toBe(true);
      }),
    );
  });
});
