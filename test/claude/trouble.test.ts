// What stops the real Claude Code without being its fault: no login, a limit of the account, an overloaded API.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { claudeRig, describeClaude, type ClaudeRig } from '../helpers/claude/claude-rig.ts';
import { MuxwardHome } from '../helpers/muxward-home.ts';

const LONG_MS = 60_000;

describeClaude('trouble that is not the agent’s', { timeout: 180_000 }, () => {
  let claude: ClaudeRig;
  let home: MuxwardHome;

  beforeAll(async () => {
    home = new MuxwardHome();
    claude = await claudeRig(home);
  });

  afterAll(() => claude.end());

  test('a key that is refused, or none, is an end of its own kind, with what to do, and is not tried again', async () => {
    // It tries ten times by itself, which takes minutes.
    const once = ['--headless', '--exit-when-done', '--restart', 'always', '--env', 'CLAUDE_CODE_MAX_RETRIES=1'];
    await claude.spawn('refused', ...once, '--prompt', 'go\nstub:error 401 99');
    await claude.spawn('nameless', ...once, '--prompt', 'go', '--env', 'ANTHROPIC_API_KEY=');
    for (const name of ['refused', 'nameless']) {
      const left = await home.agentThat(name, 'has failed', ({ state }) => state === 'failed', LONG_MS);
      expect(left).toMatchObject({ generation: 1, restarts: 0, exit: { kind: 'auth' } });
      expect(left.reason).toContain('sign in');
    }
  });

  test('an interactive agent waits at its prompt for the reset of a usage limit, and goes on by itself', async () => {
    const login = ['--env', 'ANTHROPIC_API_KEY=', '--env', 'CLAUDE_CODE_OAUTH_TOKEN=sk-ant-oat01-not-a-real-token'];
    await claude.spawn('limited', '--permission-mode', 'manual', ...login, '--prompt', 'much to do\nstub:limit 20');
    const parked = await home.agentThat('limited', 'is limited', ({ activity }) => activity.status === 'limited' && (activity.until ?? null) !== null, LONG_MS);
    expect(parked.activity.until).toMatch(/^\d{4}-/);
    await claude.stub.waitFor(({ texts }) => texts.some((text) => text.includes('usage limit that stopped you is reset')), 'to go on', LONG_MS);
    await home.ok('wait', 'limited', '--for', 'idle', '--timeout', '60s');
    expect(await home.agent('limited')).toMatchObject({ restarts: 0, generation: 1, pid: parked.pid });
  });

  test('an overloaded API is waited for, at the prompt and headless, and no restart is spent on it', async () => {
    const prompt = (name: string): string => `I am ${name}\nstub:error 529 2\nstub:say done after all`;
    const patient = ['--permission-mode', 'manual', '--env', 'CLAUDE_CODE_MAX_RETRIES=1'];
    await claude.spawn('prompter', ...patient, '--prompt', prompt('prompter'));
    await claude.spawn('printer', ...patient, '--headless', '--exit-when-done', '--prompt', prompt('printer'));
    const names = ['prompter', 'printer'];
    // At once: neither waits for long.
    const parked = await Promise.all(names.map((name) => home.agentThat(name, 'waits', ({ activity }) => activity.status === 'limited' && (activity.until ?? null) !== null, LONG_MS)));
    expect(parked.map(({ activity }) => activity.detail)).toEqual([expect.stringContaining('529'), expect.stringContaining('529')]);
    for (const name of names) {
      await claude.stub.waitFor(({ texts, body }) => JSON.stringify(body.messages).includes(`I am ${name}`) && texts.some((text) => text.startsWith('The error of the API that stopped you')), `${name} to go on`, LONG_MS);
    }
    await home.ok('wait', 'printer', '--timeout', '60s');
    await home.ok('wait', 'prompter', '--for', 'idle', '--timeout', '60s');
    for (const name of names) expect(await home.agent(name)).toMatchObject({ restarts: 0, generation: 1 });
  });
});
