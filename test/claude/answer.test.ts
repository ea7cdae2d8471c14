// `answer` and `interrupt` on the real Claude Code: what it asks is answered through its hooks, by hand and by rules.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentQuestion } from '../../src/core/question.ts';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

const RULES = `
answers:
  - {allow: Bash, command: "touch by-rule*"}
  - {deny: Bash, command: "touch never*", reason: not in here}
`;

describeClaude('answering Claude Code', () => {
  let claude: ClaudeRig;

  beforeAll(async () => {
    const home = new MuxwardHome();
    home.configure(RULES);
    claude = await claudeRig(home);
    await claude.spawn('coder', '--permission-mode', 'manual');
    await claude.ready('coder');
  });

  afterAll(() => claude.end());

  const ask = async (lines: readonly string[]): Promise<void> => {
    await claude.home.ok('send', 'coder', lines.join('\n'));
  };
  const touch = (file: string): string => `stub:tool Bash ${JSON.stringify({ command: `touch ${file}`, description: 'make a file' })}`;
  const question = async (): Promise<AgentQuestion | null> =>
    (await claude.home.json<{ question: AgentQuestion | null }>('answer', 'coder')).question;
  const asked = (kind: AgentQuestion['kind']): Promise<AgentQuestion> =>
    eventually(async () => {
      const now = await question();
      return now?.kind === kind && now;
    }, `it asks (${kind})`, 30_000);
  const made = (file: string): boolean => existsSync(join(claude.project, file));
  const said = (text: string): Promise<string> => claude.shows('coder', `● ${text}`);

  test('a permission is listed, and given', async () => {
    expect(await question()).toBeNull();
    await ask([touch('given'), 'stub:say was given']);
    expect(await asked('permission')).toMatchObject({ tool: 'Bash', text: 'Bash: touch given', asks: [{ options: ['allow', 'deny'] }] });
    expect(await claude.home.ok('answer', 'coder')).toContain('coder wants permission: Bash: touch given');
    expect(made('given')).toBe(false);
    expect(await claude.home.ok('answer', 'coder', 'allow')).toBe('coder: allowed\n');
    await said('was given');
    expect(made('given')).toBe(true);
    await claude.idle('coder');
  });

  test('while it asks, nothing is sent; refused, it hears why', async () => {
    await ask([touch('refused'), 'stub:say was refused']);
    await asked('permission');
    const { status, stderr } = await claude.run(['send', 'coder', 'go on']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('muxward answer coder')]);
    expect(stderr).toContain('Do you want to proceed?');
    await claude.home.ok('answer', 'coder', 'deny', 'use', 'another', 'file');
    await said('was refused');
    expect(made('refused')).toBe(false);
    expect(JSON.stringify(claude.stub.requests().at(-1)?.body.messages)).toContain('use another file');
    await claude.idle('coder');
  });

  test('a question of its own is answered with a choice', async () => {
    const options = [{ label: 'Red', description: 'warm' }, { label: 'Blue', description: 'cold' }];
    const input = { questions: [{ question: 'Which colour?', header: 'Colour', options, multiSelect: false }] };
    await ask([`stub:tool AskUserQuestion ${JSON.stringify(input)}`, 'stub:say was chosen']);
    expect(await asked('question')).toMatchObject({ text: 'Which colour?', asks: [{ options: ['Red', 'Blue'], isFree: true }] });
    await claude.home.ok('answer', 'coder', 'blue');
    await claude.shows('coder', 'Which colour? → Blue');
    await said('was chosen');
    await claude.idle('coder');
  });

  test('several questions are answered with one word each, one of them with several choices', async () => {
    const colour = { question: 'Which colour?', header: 'Colour', multiSelect: false, options: [{ label: 'Red', description: 'warm' }, { label: 'Blue', description: 'cold' }] };
    const extras = { question: 'Which extras?', header: 'Extras', multiSelect: true, options: [{ label: 'Roof', description: 'r' }, { label: 'Radio', description: 'm' }, { label: 'Hook', description: 'h' }] };
    await ask([`stub:tool AskUserQuestion ${JSON.stringify({ questions: [colour, extras] })}`, 'stub:say were chosen']);
    expect(await asked('question')).toMatchObject({ asks: [{ text: 'Which colour?', many: false }, { text: 'Which extras?', many: true }] });
    const { status, stderr } = await claude.run(['answer', 'coder', 'Red']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('2')]);
    await claude.home.ok('answer', 'coder', 'Red', 'Roof,Hook');
    await said('were chosen');
    expect(JSON.stringify(claude.stub.requests().at(-1)?.body.messages.at(-1))).toMatch(/Which colour.{1,9}Red.*Which extras.{1,9}Roof, ?Hook/);
    await claude.idle('coder');
  });

  test('what the user answers at the terminal is no question any more, also for a daemon that was killed meanwhile', async () => {
    await ask([touch('by-hand'), 'stub:say was by hand']);
    await asked('permission');
    process.kill(await claude.home.daemonPid(), 'SIGKILL');
    expect(await asked('permission')).toMatchObject({ text: 'Bash: touch by-hand' });
    await claude.home.ok('keys', 'coder', '1');
    await said('was by hand');
    expect(await question()).toBeNull();
    expect((await claude.run(['answer', 'coder', 'allow'])).status).toBe(1);
    await claude.idle('coder');
  });

  test('rules answer, and each answer is an event that names its rule', async () => {
    await ask([touch('by-rule'), touch('never'), 'stub:say had rules']);
    await said('had rules');
    expect([made('by-rule'), made('never')]).toEqual([true, false]);
    const answered = await eventually(async () => {
      const events = (await claude.home.events('--agent', 'coder')).filter((event) => event.type === 'agent.answered' && event.data.rule !== null);
      return events.length === 2 && events.map(({ data }) => data);
    }, 'both events are there');
    expect(answered).toEqual([
      { tool: 'Bash', answer: 'allowed', rule: 'allow Bash touch by-rule*' },
      { tool: 'Bash', answer: 'denied: not in here', rule: 'deny Bash touch never*' },
    ]);
    await claude.idle('coder');
  });

  test('a dialog without a hook is answered by its key', async () => {
    await claude.home.ok('send', 'coder', '--command', '/model');
    expect(await asked('dialog')).toMatchObject({ asks: [{ options: expect.arrayContaining([expect.stringContaining('Sonnet')]) }] });
    expect((await claude.run(['answer', 'coder', '9'])).stderr).toContain('4. Sonnet');
    await claude.home.ok('keys', 'coder', 'Escape');
    await claude.shows('coder', 'Kept model');
  });

  test('interrupt ends the turn, and does nothing at rest', async () => {
    await ask(['stub:hold long', 'stub:say never said']);
    await claude.stub.waitForText('stub:hold long');
    expect(await claude.home.ok('interrupt', 'coder')).toContain('interrupted (Escape)');
    await claude.idle('coder');
    claude.stub.release('long');
    expect(await claude.home.ok('interrupt', 'coder')).toContain('was at rest');
    await claude.home.ok('send', 'coder', 'and now this');
    expect((await claude.stub.waitFor(({ prompt }) => prompt === 'and now this', 'the next one alone')).prompt).toBe('and now this');
    await claude.idle('coder');
  });
});
