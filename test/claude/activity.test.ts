// What the real Claude Code does, as muxward knows it: from its hooks and its session file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Agent } from '../../src/core/agent.ts';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

const SLOW_MS = 60_000;

describeClaude('the activity of the real Claude Code', () => {
  let claude: ClaudeRig;

  beforeAll(async () => {
    claude = await claudeRig(new MuxwardHome());
  });

  afterAll(() => claude.end());

  /** Each test has an agent of its own, and only that runs. */
  const withAgent = async (name: string, prompt: readonly string[], body: () => Promise<void>): Promise<void> => {
    await claude.spawn(name, '--permission-mode', 'manual', '--prompt', prompt.join('\n'));
    await body();
    await claude.home.ok('stop', name, '--force');
  };
  const doing = (name: string, status: Agent['activity']['status'], detail = /^/): Promise<Agent> =>
    claude.home.agentThat(name, `is ${status} ${detail}`, ({ activity }) => activity.status === status && detail.test(activity.detail ?? ''), SLOW_MS);
  /** A dialog takes no key in its first moments, so that nobody answers what they have not read. */
  const confirm = async (name: string): Promise<void> => {
    await claude.shows(name, /❯ 1\./);
    let pressedAt = 0;
    const answered = async (): Promise<boolean> => {
      if (Date.now() - pressedAt > 1000) {
        await claude.home.ok('keys', name, 'Enter');
        pressedAt = Date.now();
      }
      return !(await claude.screen(name)).includes('❯ 1.');
    };
    await eventually(answered, 'the dialog is gone', SLOW_MS);
  };
  const statuses = async (name: string): Promise<string[]> =>
    (await claude.home.events('--agent', name)).flatMap((event) => (event.type === 'agent.activity' ? [event.data.status] : []));

  test('asks for permission with what it is for, goes on when it is granted, and is idle', () =>
    withAgent('asker', ['stub:tool Bash {"command":"touch granted","description":"makes a file"}', 'stub:say DONE'], async () => {
      expect((await doing('asker', 'waiting', /^run touch granted\?$/)).state).toBe('waiting');
      expect(await claude.home.ok('status')).toContain('asks "run touch granted?"');
      await confirm('asker');
      await claude.home.ok('wait', 'asker', '--for', 'idle', '--timeout', '60s');
      expect(await claude.screen('asker')).toContain('● DONE');
      expect(await claude.home.agent('asker')).toMatchObject({ state: 'ready', activity: { status: 'idle' } });
      expect((await statuses('asker')).slice(-4)).toEqual(['working', 'waiting', 'working', 'idle']);
    }));

  test('asks a question of its own in its own words', () => {
    const question = { question: 'Which colour?', header: 'Colour', multiSelect: false, options: [{ label: 'Red', description: 'r' }, { label: 'Blue', description: 'b' }] };
    return withAgent('chooser', [`stub:tool AskUserQuestion ${JSON.stringify({ questions: [question] })}`, 'stub:say CHOSEN'], async () => {
      await doing('chooser', 'waiting', /^Which colour\?$/);
      await confirm('chooser');
      await claude.shows('chooser', '● CHOSEN');
      expect((await doing('chooser', 'idle')).state).toBe('ready');
    });
  });

  test('Esc ends its work, though no hook tells of it', () =>
    withAgent('sleeper', ['stub:sleep 80000', 'stub:say NEVER'], async () => {
      await doing('sleeper', 'working');
      await claude.shows('sleeper', 'esc to interrupt');
      await claude.home.ok('keys', 'sleeper', 'Escape');
      expect(await doing('sleeper', 'idle')).toMatchObject({ activity: { source: 'session' } });
    }));

  test('an API error is told in the words of the program', () =>
    withAgent('failing', ['bad', 'stub:error 400 50'], async () => {
      expect((await doing('failing', 'error')).activity.detail).toContain('400');
    }));

  test('/clear begins another conversation, which is the agent’s from then on, and a compaction is no end', () =>
    withAgent('cleared', ['stub:say HELLO'], async () => {
      await claude.shows('cleared', '● HELLO');
      const { sessionId } = await doing('cleared', 'idle');
      await claude.home.ok('send', 'cleared', '--command', '--no-wait', '/compact');
      await claude.shows('cleared', /Compacted/, SLOW_MS);
      expect((await doing('cleared', 'idle')).sessionId).toBe(sessionId);
      await claude.home.ok('send', 'cleared', '--command', '--no-wait', '/clear');
      await claude.home.agentThat('cleared', 'has another conversation', (agent) => agent.sessionId !== sessionId, SLOW_MS);
    }));

  test('what happened while no daemon ran is known to the next, and a command in the background is no rest', () => {
    const counting = 'i=0; while [ $i -lt 1000 ]; do i=$((i+1)); sleep 0.1; [ ! -e go ] || break; done';
    const tool = JSON.stringify({ command: counting, description: 'counts', run_in_background: true });
    return withAgent('counter', [`stub:tool Bash ${tool}`, 'stub:say STARTED'], async () => {
      await doing('counter', 'waiting');
      await claude.shows('counter', /❯ 1\./);
      await confirm('counter');
      await claude.home.ok('daemon', 'stop');
      await doing('counter', 'working', /shell counts/);
      await claude.shows('counter', '● STARTED');
      writeFileSync(join(claude.project, 'go'), '');
      await doing('counter', 'idle');
      expect(await statuses('counter')).toContain('waiting');
    });
  });

  test('a subagent in the background is no rest either', () =>
    withAgent('boss', ['stub:tool Agent {"description":"sub","prompt":"do it\\nstub:sleep 5000\\nstub:say SUB","subagent_type":"general-purpose"}', 'stub:say LAUNCHED'], async () => {
      await doing('boss', 'working', /subagent sub/);
      await doing('boss', 'idle');
      expect((await statuses('boss')).at(-1)).toBe('idle');
    }));
});
