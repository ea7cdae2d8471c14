// The proof: a real Claude Code agent works three turns, goes back to the first, and forward again. What it sends to
// the model afterwards carries exactly what was said until then.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckpointView, RollbackReply } from '../../src/core/checkpoint.ts';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import type { Message, RequestBody } from '../helpers/claude/conversation.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

describeClaude('going back', () => {
  let claude: ClaudeRig;

  beforeAll(async () => {
    claude = await claudeRig(new MuxwardHome());
    execFileSync('git', ['init', '-q'], { cwd: claude.project });
  });

  afterAll(() => claude.end());

  const file = (name: string): string => join(claude.project, name);
  const content = (name: string): string | null => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : null);

  /** A prompt that has the file written, and an answer that says so. */
  const job = (turn: string, name: string, text: string): string =>
    `${turn}\nstub:tool Write ${JSON.stringify({ file_path: file(name), content: text })}\nstub:say ${turn} is done`;

  const save = async (turn: string): Promise<CheckpointView> => {
    const transcript = await claude.transcript('coder');
    await eventually(() => readFileSync(transcript, 'utf8').includes(`"text":"${turn} is done"`), `${turn} is written down`, 30_000);
    return claude.home.json<CheckpointView>('checkpoint', 'create', 'coder', '-m', turn);
  };

  const say = async (turn: string, name: string, text: string): Promise<void> => {
    await claude.ready('coder');
    await claude.home.ok('send', 'coder', job(turn, name, text));
    await claude.shows('coder', `● ${turn} is done`);
  };

  /** The conversation that the model is sent for this prompt, without what Claude Code adds for itself. */
  const sentWith = async (prompt: string): Promise<string[]> => {
    const { body } = await claude.stub.waitFor((request) => request.prompt.includes(prompt) && request.step === 0, prompt);
    return said(body);
  };

  test('files and conversation go back together to the first of three turns, and forward again', async () => {
    await claude.spawn('coder', '--permission-mode', 'acceptEdits', '--prompt', job('TURN-1', 'a.txt', 'one'));
    await claude.shows('coder', '● TURN-1 is done');
    const first = await save('TURN-1');
    expect(first.conversation).toMatchObject({ sessionId: (await claude.home.agent('coder')).sessionId });
    await say('TURN-2', 'b.txt', 'two');
    await say('TURN-3', 'a.txt', 'three');
    expect([content('a.txt'), content('b.txt')]).toEqual(['three', 'two']);
    const before = await save('TURN-3');
    const left = await claude.transcript('coder');

    const back = await claude.home.json<RollbackReply>('rollback', 'coder', first.id);
    expect(back).toMatchObject({ restarted: true, filesChanged: 2 });
    expect([content('a.txt'), content('b.txt')]).toEqual(['one', null]);
    expect(back.sessionId).not.toBe(before.conversation?.sessionId);
    await claude.ready('coder');
    await claude.home.ok('send', 'coder', 'AFTER-BACK\nstub:say I am back');
    const sent = await sentWith('AFTER-BACK');
    expect(sent.join('\n')).toMatch(/TURN-1[^]*TURN-1 is done[^]*AFTER-BACK/);
    expect(sent.join('\n')).not.toMatch(/TURN-2|TURN-3/);
    // Exactly what stands in the conversation until then: the same messages as the second turn was sent with.
    const second = await sentWith('TURN-2');
    expect(sent.slice(0, -1)).toEqual(second.slice(0, -1));
    await claude.shows('coder', '● I am back');
    // The conversation that was left is as it was.
    expect(readdirSync(dirname(left))).toContain(`${before.conversation?.sessionId}.jsonl`);

    const forward = await claude.home.json<RollbackReply>('rollback', 'coder', '--undo');
    expect([content('a.txt'), content('b.txt')]).toEqual(['three', 'two']);
    expect(forward.sessionId).toBe(before.conversation?.sessionId);
    await claude.ready('coder');
    await claude.home.ok('send', 'coder', 'AFTER-UNDO\nstub:say I am here again');
    const again = (await sentWith('AFTER-UNDO')).join('\n');
    expect(again).toMatch(/TURN-1 is done[^]*TURN-2 is done[^]*TURN-3 is done[^]*AFTER-UNDO/);
    expect(again).not.toContain('AFTER-BACK');
    await claude.shows('coder', '● I am here again');

    // Removed and brought back it is where it was then, with the conversation and all that it was started with.
    await claude.home.ok('rm', '--force', 'coder');
    expect(await claude.home.json('rollback', 'coder', first.id)).toMatchObject({ broughtBack: true });
    expect([content('a.txt'), content('b.txt')]).toEqual(['one', null]);
    await claude.home.ok('start', 'coder');
    await claude.ready('coder');
    await claude.home.ok('send', 'coder', 'AFTER-RM\nstub:say I am there after all');
    expect((await sentWith('AFTER-RM')).slice(0, -1)).toEqual(second.slice(0, -1));
  });
});

/** Who said what, one text each; reminders that Claude Code adds are no part of what was said. */
function said({ messages }: RequestBody): string[] {
  return messages.flatMap(({ role, content }: Message) => {
    if (role !== 'user' && role !== 'assistant') return [];
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
    const texts = blocks.map((block) => (block.type === 'text' ? (block.text ?? '') : JSON.stringify({ ...block, cache_control: undefined })));
    return texts.filter((text) => !text.trimStart().startsWith('<system-reminder>')).map((text) => `${role}: ${text}`);
  });
}
