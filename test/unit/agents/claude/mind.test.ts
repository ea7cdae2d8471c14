// What the real Claude Code reported, replayed: what would have been shown, step by step.
import { describe, expect, it } from 'vitest';
import { activityOf, settlesAt } from '../../../../src/agents/claude/activity.ts';
import { hear } from '../../../../src/agents/claude/hear.ts';
import { limitedUntil, newMind } from '../../../../src/agents/claude/mind.ts';
import { see } from '../../../../src/agents/claude/see-session.ts';
import { witnessesOf } from '../../../../src/agents/claude/witnesses.ts';
import { after, at, hookOf, lines, recorded, shown } from './replay.ts';

describe('recorded sessions', () => {
  it('a permission is asked with what it is for, and granted', () => {
    expect(lines('permission')).toEqual([
      'idle', 'working', 'working: Write', 'waiting: write w.txt?', 'working: Write', 'working', 'working: ends its turn', 'idle',
    ]);
  });

  it('a question is asked in its own words, and the notification six seconds later changes nothing', () => {
    expect(lines('question')).toEqual([
      'idle', 'working', 'waiting: Which colour do you want?', 'working', 'working: ends its turn', 'idle',
    ]);
  });

  it('Esc is seen though no hook tells of it: during a command, and in a dialog', () => {
    expect(lines('interrupted')).toEqual([
      'idle', 'working', 'working: Bash', 'waiting: run echo x; tail -f /dev/null?', 'working: Bash', 'idle',
    ]);
    expect(lines('refused')).toEqual(['idle', 'working', 'working: Bash', 'waiting: run touch zz; echo hi?', 'idle']);
  });

  it('an API error is told, and stays until there is something else to tell', () => {
    expect(lines('error')).toEqual(['idle', 'working', 'error: API Error: 400 stub error 400']);
  });

  it('/clear begins another conversation, which is followed', () => {
    const steps = shown(recorded('clear'));
    const conversations = [...new Set(steps.map(({ mind }) => mind.sessionId))];
    expect(conversations).toHaveLength(2);
    expect(steps.at(-1)).toMatchObject({ line: 'idle' });
  });

  it('a compaction is no end of work', () => {
    expect(lines('compact')).toEqual(['idle', 'working: compacting', 'working: ends its turn', 'idle']);
  });

  it('a subagent that outlives the turn keeps it from being idle, and its notification is no gap', () => {
    expect(lines('subagent')).toEqual([
      'idle', 'working', 'working: Agent', 'working', 'working: waits for subagent sub', 'working: ends its turn', 'working',
      'working: ends its turn', 'idle',
    ]);
  });

  it('a subagent in the background may ask', () => {
    expect(lines('subagent-asks').slice(-2)).toEqual(['working: waits for subagent sub', 'waiting: run ls /?']);
  });

  it('a command in the background keeps it from being idle', () => {
    expect(lines('shell')).toEqual([
      'idle', 'working', 'working: Bash', 'waiting: run for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.5; done?', 'working: Bash', 'working',
      'working: waits for shell counts', 'working: ends its turn', 'working', 'working: ends its turn', 'idle',
    ]);
  });

  it('a prompt that was typed during a turn is no moment of rest between two', () => {
    expect(lines('queued')).toEqual(['idle', 'working', 'working: ends its turn', 'working', 'working: ends its turn', 'idle']);
  });

  it('without a session file, a moment of silence after Stop is rest', () => {
    const options = { withSession: false };
    expect(lines('permission', options).slice(-3)).toEqual(['working', 'working: ends its turn', 'idle']);
    expect(lines('subagent', options)).not.toContain('unknown');
  });

  it('the same facts in any two neighbours swapped end the same', () => {
    for (const name of ['permission', 'question', 'error', 'subagent', 'queued']) {
      const facts = recorded(name);
      const end = lines(name).at(-1);
      for (let i = 1; i < facts.length - 1; i += 1) {
        const [a, b] = [facts[i], facts[i + 1]];
        // What comes late came with its own time.
        if (a === undefined || b === undefined || 'hook' in a === 'hook' in b) continue;
        const swapped = [...facts.slice(0, i), b, a, ...facts.slice(i + 2)];
        expect([name, i, shown(swapped).at(-1)?.line]).toEqual([name, i, end]);
      }
    }
  });
});

describe('what was not recorded', () => {
  const working = hear(hear(newMind(1, at(0)), hookOf(10, 'SessionStart', { session_id: 's' })), hookOf(20, 'UserPromptSubmit', { session_id: 's' }));
  const now = Date.parse(at(60_000));

  it('a usage limit is told, and until when once that is known', () => {
    const failed = hear(working, hookOf(30, 'StopFailure', { session_id: 's', error: 'rate_limit', last_assistant_message: "You've hit your limit" }));
    expect(activityOf(failed, now)).toMatchObject({ status: 'limited', detail: "You've hit your limit", until: null });
    expect(activityOf(limitedUntil(failed, at(3_600_000)), now)).toMatchObject({ status: 'limited', until: at(3_600_000) });
  });

  it('the end of a tool of an interrupted turn, told late, is no work', () => {
    const interrupted = after(working, { atMs: 40, session: { sessionId: 's', status: 'idle', statusUpdatedAt: 40 } });
    const late = hear(interrupted, hookOf(50, 'PostToolUseFailure', { session_id: 's', tool_name: 'Bash', tool_use_id: 't1', is_interrupt: true }));
    expect(activityOf(late, now).status).toBe('idle');
  });

  it('two questions at once are both open until both are answered', () => {
    const ask = (ms: number, name: string) => hookOf(ms, 'PermissionRequest', { session_id: 's', tool_name: 'Write', tool_input: { file_path: `/x/${name}` } });
    const both = hear(hear(working, ask(30, 'a')), ask(31, 'b'));
    expect(activityOf(both, now)).toMatchObject({ status: 'waiting', detail: 'write a? (and 1 more)' });
    const one = hear(both, hookOf(40, 'PostToolUse', { session_id: 's', tool_name: 'Write', tool_input: { file_path: '/x/a' } }));
    expect(activityOf(one, now)).toMatchObject({ status: 'waiting', detail: 'write b?' });
  });

  it('a question that the session file tells of first is told once, with its text where a hook has it', () => {
    const seen = after(working, { atMs: 30, session: { sessionId: 's', status: 'waiting', waitingFor: 'permission prompt', statusUpdatedAt: 30 } });
    const status = (ms: number): string => activityOf(seen, Date.parse(at(ms))).status;
    expect([status(31), settlesAt(seen), status(530), status(-3_600_000)]).toEqual(['working', Date.parse(at(530)), 'waiting', 'waiting']);
    const asked = hear(seen, hookOf(40, 'PermissionRequest', { session_id: 's', tool_name: 'Write', tool_input: { file_path: '/x/a' } }));
    expect(activityOf(asked, Date.parse(at(41)))).toMatchObject({ status: 'waiting', detail: 'write a?' });
  });

  it('what is asked is one line without control characters, however it was written', () => {
    const asked = hear(working, hookOf(30, 'PermissionRequest', { session_id: 's', tool_name: 'Bash', tool_input: { command: `a\nb\t${'x'.repeat(500)}` } }));
    const { detail } = activityOf(asked, now);
    expect(detail).toMatch(/^run a b x+…$/);
    expect(detail?.length).toBe(200);
  });

  it('before its first word it is unknown, not idle', () => {
    expect(activityOf(newMind(1, at(0)), now)).toMatchObject({ status: 'unknown', source: 'process' });

  });
});

describe('a session that was started with a prompt', () => {
  const now = Date.parse(at(0));
  const up = hear(newMind(1, at(0), true), hookOf(10, 'SessionStart', { session_id: 's', source: 'startup' }));

  it('is not idle before it has taken that up, whatever its session file says', () => {
    expect(activityOf(up, now + 5000)).toMatchObject({ status: 'working', detail: 'takes up its first prompt' });
    const idle = { sessionId: 's', status: 'idle', waitingFor: null, at: at(500), version: null } as const;
    expect(activityOf(see(up, idle), now + 5000)).toMatchObject({ status: 'working' });
    expect(activityOf(see(newMind(1, at(0), true), idle), now + 5000)).toMatchObject({ status: 'working' });
    const working = hear(up, hookOf(900, 'UserPromptSubmit', { session_id: 's' }));
    expect(activityOf(see(working, { ...idle, at: at(2000) }), now + 2000)).toMatchObject({ status: 'idle' });
  });

  it('is idle where nothing comes of it', () => {
    expect(settlesAt(up)).toBe(now + 15_010);
    expect(activityOf(up, now + 15_010)).toMatchObject({ status: 'idle' });
  });

  it('is idle at once when it begins anew without one', () => {
    const working = hear(up, hookOf(900, 'UserPromptSubmit', { session_id: 's' }));
    expect(activityOf(hear(working, hookOf(950, 'SessionStart', { session_id: 't', source: 'clear' })), now + 1000)).toMatchObject({ status: 'idle' });
  });
});

describe('witnesses', () => {
  const idle = { status: 'idle', evidence: 'hook Stop', at: at(0) } as const;
  const busy = { sessionId: 's', status: 'busy', waitingFor: null, at: at(0), version: '2.1.400' } as const;

  it('agree or differ', () => {
    expect(witnessesOf(idle, '✳ coder', { ...busy, status: 'idle' }).map(({ agrees }) => agrees)).toEqual([true]);
    expect(witnessesOf(idle, '◐ coder', busy)).toMatchObject([{ source: 'title', says: 'working', agrees: false }, { source: 'session', says: 'busy', agrees: false }]);
    expect(witnessesOf({ ...idle, status: 'working' }, '◑ coder', busy).map(({ agrees }) => agrees)).toEqual([true, true]);
  });

  it('tell of a version that muxward was not tried with', () => {
    expect(witnessesOf(idle, null, { ...busy, status: 'idle', version: '3.0.1' })).toMatchObject([{ source: 'session', agrees: true }, { source: 'version', says: '3.0.1', agrees: false }]);
  });

  it('of which there are none say nothing', () => {
    expect(witnessesOf(idle, 'a host', null)).toEqual([]);
    expect(witnessesOf(idle, null, null)).toEqual([]);
  });
});
