// Headless agents of the real Claude Code: several turns, questions, interrupts, and what is left after a kill.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HeadlessResult } from '../../src/core/headless.ts';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { MuxwardHome } from '../helpers/muxward-home.ts';

const LONG_MS = 60_000;

describeClaude('a headless agent', { timeout: 120_000 }, () => {
  let claude: ClaudeRig;
  let home: MuxwardHome;

  beforeAll(async () => {
    home = new MuxwardHome();
    claude = await claudeRig(home);
  });

  afterAll(() => claude.end());

  const spawn = (name: string, prompt: string, ...flags: string[]) => claude.spawn(name, '--headless', '--prompt', prompt, ...flags);
  const result = async (name: string): Promise<HeadlessResult> => JSON.parse((await home.run(['result', name, '--json'])).stdout) as HeadlessResult;
  const idle = (name: string) => home.ok('wait', name, '--for', 'idle', '--timeout', '60s');

  test('asks, goes on when it is answered, takes the next turns, and is interrupted without ending', async () => {
    const file = join(claude.project, 'asked.txt');
    await spawn('talker', `go\nstub:tool Bash {"command":"touch ${file}"}\nstub:say first done`);
    await home.agentThat('talker', 'asks', ({ state, activity }) => state === 'waiting' && (activity.detail ?? '').includes('touch'), LONG_MS);
    expect(existsSync(file)).toBe(false);
    expect(await home.ok('answer', 'talker')).toContain(`touch ${file}`);
    expect(await home.ok('answer', 'talker', 'allow')).toBe('talker: allowed\n');
    await idle('talker');
    expect(existsSync(file)).toBe(true);
    expect(await result('talker')).toMatchObject({ isError: false, subtype: 'success', text: 'first done', turns: 2 });

    const ask = (question: string, options: readonly string[]): object => ({ question, header: 'One', multiSelect: false, options: options.map((label) => ({ label, description: label })) });
    const questions = { questions: [ask('Which colour?', ['Red', 'Blue']), ask('Which size?', ['Small', 'Large'])] };
    await home.ok('send', 'talker', `stub:tool AskUserQuestion ${JSON.stringify(questions)}\nstub:say chosen`);
    await home.agentThat('talker', 'asks', ({ activity }) => activity.status === 'waiting' && (activity.detail ?? '').includes('Which colour?'), LONG_MS);
    await home.ok('answer', 'talker', 'Blue', 'Large');
    await idle('talker');
    expect(JSON.stringify(claude.stub.requests().at(-1)?.body.messages.at(-1))).toMatch(/Which colour.{1,9}Blue.*Which size.{1,9}Large/);

    expect(await home.ok('send', 'talker', 'two lines\nstub:say second done')).toContain('taken by Claude Code');
    await idle('talker');
    expect((await result('talker')).text).toBe('second done');

    await home.ok('send', 'talker', 'wait\nstub:hold never\nstub:say not this');
    await claude.stub.waitForText('stub:hold never');
    const { pid } = await home.agent('talker');
    await home.ok('interrupt', 'talker');
    await idle('talker');
    // What was interrupted stays in the conversation, and so would hold the next turn, too.
    claude.stub.release('never');
    await home.ok('send', 'talker', 'stub:say third done');
    await idle('talker');
    expect(await result('talker')).toMatchObject({ isError: false, text: 'third done' });
    expect((await home.agent('talker')).pid).toBe(pid);
    expect(await claude.screen('talker')).toContain('third done');
  });

  test.each([
    ['control characters and an escape sequence', 'a\u0007b\u001b[A\u001b[31mred\u0000end'],
    ['what begins as a shell command, a mention, a memory', '!touch x\n@y\n#z'],
    ['emoji, marks of direction, blanks at the end', '👩‍👩‍👧 \u202eabc\u202c\t  '],
    ['100,000 lines', Array.from({ length: 100_000 }, (_, i) => `${i % 10}`).join('\n')],
  ])('%s arrive exactly', async (_, text) => {
    if (!(await home.agents()).some(({ name }) => name === 'hostile')) await spawn('hostile', 'stub:say here');
    await idle('hostile');
    const before = claude.stub.prompts().length;
    expect(await claude.run(['send', 'hostile', '-'], text)).toMatchObject({ status: 0 });
    await idle('hostile');
    expect(claude.stub.prompts().slice(before)).toEqual([text]);
  });

  test.each([
    ['a command', '/clear', 'command of Claude Code'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff]), 'not valid UTF-8'],
  ])('%s is refused with a reason', async (_, text, reason) => {
    const file = home.file('prompt');
    writeFileSync(file, text);
    const tried = await Promise.all([claude.run(['send', 'hostile', '-'], text), claude.run(['spawn', 'never', '--type', 'claude-code', '--headless', '--prompt-file', file])]);
    expect(tried.map(({ status, stderr }) => [status, stderr.includes(reason)])).toEqual([[2, true], [2, true]]);
  });

  test('works on each prompt once, and goes on where it was cut off, when it is killed in the middle', async () => {
    await spawn('phoenix', 'begin\nstub:hold first\nstub:say never said');
    await claude.stub.waitForText('stub:hold first');
    // It has it now, and in its memory only.
    await home.ok('send', 'phoenix', 'stub:say after the kill');
    const before = await home.agentThat('phoenix', 'works', ({ activity }) => activity.status === 'working', LONG_MS);
    process.kill(before.pid as number, 'SIGKILL');
    await home.agentThat('phoenix', 'runs again', ({ generation, state }) => generation === 2 && state !== 'spawning', LONG_MS);
    claude.stub.release('first');
    await claude.stub.waitForText('stub:say after the kill', LONG_MS);
    await idle('phoenix');
    const said = claude.stub.prompts().filter((prompt) => prompt.includes('stub:say after the kill'));
    expect(said).toHaveLength(1);
    expect(claude.stub.requests().some(({ texts }) => texts.some((text) => text.includes('runs again, with this conversation resumed')))).toBe(true);
    expect((await home.agent('phoenix')).sessionId).toBe(before.sessionId);
  });

  test('ends when it is done, with the status of its last turn, and calls an error of the API one', async () => {
    await spawn('once', 'stub:say all right', '--exit-when-done');
    expect((await home.run(['wait', 'once', '--timeout', '60s'])).status).toBe(0);
    expect((await result('once')).text).toBe('all right');
    await spawn('failing', 'no\nstub:error 400 99', '--exit-when-done', '--restart', 'no');
    expect((await home.run(['wait', 'failing', '--timeout', '60s'])).status).toBe(1);
    expect(await result('failing')).toMatchObject({ isError: true, subtype: 'success', terminalReason: 'api_error', apiErrorStatus: 400 });
    expect((await home.run(['result', 'failing'])).status).toBe(1);
  });

  test('waits for the reset of a usage limit, without a restart, and goes on by itself', async () => {
    const login = ['--env', 'ANTHROPIC_API_KEY=', '--env', 'CLAUDE_CODE_OAUTH_TOKEN=sk-ant-oat01-not-a-real-token'];
    await spawn('limited', 'much to do\nstub:limit 4', ...login);
    const parked = await home.agentThat('limited', 'is limited', ({ activity }) => activity.status === 'limited', LONG_MS);
    expect(parked.activity.until).toMatch(/^\d{4}-/);
    await claude.stub.waitFor(({ texts }) => texts.some((text) => text.includes('usage limit that stopped you is reset')), 'to go on', LONG_MS);
    await idle('limited');
    expect(await home.agent('limited')).toMatchObject({ restarts: 0, generation: 1, pid: parked.pid });
  });
});
