// Types of agents: Claude Code by a stand-in, a terminal template, the built-in monitor.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
});

afterAll(() => home.end());

const nulSeparated = (file: string): string[] => readFileSync(file, 'utf8').split('\0').slice(0, -1);

describe('types', () => {
  /** A stand-in for Claude Code that writes down its arguments. */
  const standIn = (): string => {
    home.script('bin/claude', `for a; do printf '%s\\0' "$a"; done > "$ARGS_TO.new"; mv "$ARGS_TO.new" "$ARGS_TO"; exec sleep 1000`);
    return `${home.file('bin')}:${home.env['PATH']}`;
  };

  test('claude-code is the default: the PATH’s claude, its permission mode, the prompt as last argument', async () => {
    const prompt = `fix the tests; it's "urgent" $NOW\nsecond line;`;
    const env = { PATH: standIn(), ARGS_TO: home.file('claude-args') };
    const { status, stderr } = await home.run(
      ['spawn', 'coder', '--model', 'opus', '--permission-mode', 'plan', '--prompt', '-'],
      { env, input: prompt },
    );
    expect([status, stderr]).toEqual([0, '']);
    const args = await eventually(
      () => existsSync(env.ARGS_TO) && nulSeparated(env.ARGS_TO),
      'it was started',
    );
    expect(args.at(-1)).toBe(prompt);
    expect(args[args.indexOf('--permission-mode') + 1]).toBe('plan');
    expect(args[args.indexOf('--model') + 1]).toBe('opus');
    const agent = await home.agent('coder');
    expect(agent).toMatchObject({
      type: 'claude-code',
      state: 'ready',
      sessionId: args[args.indexOf('--session-id') + 1],
    });
    expect(readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8')).toContain('sleep');
  });

  /** Calls the real hook script as Claude Code would. One that asks for permission stays until it is answered. */
  const hook = (event: string, payload: object): void => {
    const input = JSON.stringify({ session_id: 'c0ffee', ...payload });
    const env = { ...home.env, MUXWARD_AGENT: 'hooked', MUXWARD_GENERATION: '1' };
    if (event !== 'PermissionRequest') execFileSync('sh', ['scripts/agent-hook.sh', event], { env, input });
    else spawn('sh', ['scripts/agent-hook.sh', event], { env, stdio: ['pipe', 'ignore', 'inherit'] }).stdin.end(input);
  };

  test('what claude-code reports through its hooks is its activity and its state', async () => {
    const env = { PATH: standIn(), ARGS_TO: home.file('claude-hooked') };
    expect(await home.run(['spawn', 'hooked'], { env })).toMatchObject({ status: 0, stderr: '' });
    expect((await home.agent('hooked')).activity).toMatchObject({ status: 'unknown', source: 'process' });
    hook('SessionStart', { source: 'startup' });
    await home.agentThat('hooked', 'is idle', ({ activity, sessionId }) => activity.status === 'idle' && sessionId === 'c0ffee');
    hook('UserPromptSubmit', { prompt: 'do it' });
    hook('PreToolUse', { tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'npm test' } });
    await home.agentThat('hooked', 'uses a tool', ({ state, activity }) => state === 'executing' && activity.detail === 'Bash');
    hook('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'npm test' } });
    await home.agentThat('hooked', 'asks', ({ state, activity }) => state === 'waiting' && activity.detail === 'run npm test?');
    expect(await home.ok('status', 'hooked')).toContain('asks "run npm test?"');
    await home.ok('daemon', 'stop');
    hook('PostToolUse', { tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'npm test' } });
    hook('Stop', { background_tasks: [] });
    await home.ok('wait', 'hooked', '--for', 'idle', '--timeout', '20s');
    expect(await home.agent('hooked')).toMatchObject({ state: 'ready', activity: { status: 'idle', evidence: 'hook Stop' } });
    const events = await home.events('--agent', 'hooked');
    expect(events.filter(({ type }) => type === 'agent.activity').map(({ data }) => (data as { status: string }).status)).toEqual([
      'idle', 'working', 'waiting', 'working', 'idle',
    ]);
  });

  test('a prompt of 25 kB from a file, given to it whole', async () => {
    const env = { PATH: standIn(), ARGS_TO: home.file('claude-long') };
    const prompt = 'Read this; then do it. '.repeat(1100);
    writeFileSync(home.file('prompt.md'), prompt);
    expect(await home.run(['spawn', 'reader', '--prompt-file', 'prompt.md'], { env })).toMatchObject({
      status: 0,
      stderr: '',
    });
    const args = await eventually(
      () => existsSync(env.ARGS_TO) && nulSeparated(env.ARGS_TO),
      'it was started',
    );
    expect(args.at(-1)).toBe(prompt);
  });

  test('a terminal template gets its prompt typed once it listens', async () => {
    const { pid } = await home.spawn('py', '--type', 'shell', '--prompt', 'echo $((6*7))-is-typed');
    expect(pid).toEqual(expect.any(Number));
    await eventually(() => home.log('py').includes('42-is-typed'), 'it has run what was typed');
    expect(home.log('py').match(/42-is-typed/g)).toHaveLength(1);
  });

  test('monitor watches a project and shows its alerts', async () => {
    await home.spawn('watcher', '--type', 'monitor', '--project', 'watched');
    await home.spawn('bad', '--project', 'watched', '--restart', 'no', '--', 'sh', '-c', 'sleep 1.5; exit 3');
    const alerts = await eventually(async () => {
      const found = (await home.json<{ alerts: { agent: string; severity: string }[] }>('alerts', 'list'))
        .alerts;
      return found.some(({ agent }) => agent === 'bad') && found;
    }, 'an alert was raised');
    expect(alerts.find(({ agent }) => agent === 'bad')?.severity).toBe('critical');
    await eventually(async () => /critical\s+bad failed: exit 3/.test(await home.ok('capture', 'watcher')), 'the monitor shows it', 20_000);
  });
});
