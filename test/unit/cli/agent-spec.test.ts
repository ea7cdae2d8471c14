import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentSpec, type Caller, type SpecFlags } from '../../../src/cli/agent-spec.ts';
import { DEFAULT_SETTINGS } from '../../../src/config/settings-defaults.ts';

let folder: string;
let caller: Caller;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? os.tmpdir(), 'muxward-spec-'));
  fs.writeFileSync(path.join(folder, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  fs.writeFileSync(path.join(folder, 'notes.txt'), 'not a program', { mode: 0o644 });
  fs.writeFileSync(path.join(folder, 'good.env'), 'PORT=1\nexport NAME="two\nlines" # why\n\n# a comment\n');
  fs.writeFileSync(path.join(folder, 'bad.env'), 'PORT=1\nthis is none\n');
  caller = { env: { PATH: `${folder}:/usr/bin:/bin`, HOME: '/home/x' }, cwd: folder, umask: 0o27, defaults: DEFAULT_SETTINGS.agent, types: () => ['worker', 'python'] };
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const build = (flags: SpecFlags, command: readonly string[] | undefined = ['sh', '-c', 'true']) => agentSpec('web', flags, command, caller);

async function refusal(flags: SpecFlags, command?: readonly string[]): Promise<{ code: string; message: string; hint: string }> {
  const error = await build(flags, command).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'usage', exitCode: 2, hint: expect.any(String) });
  return error as { code: string; message: string; hint: string };
}

describe('what an agent is made of', () => {
  it('is complete with the defaults where little is said', async () => {
    expect(await build({})).toEqual({
      name: 'web',
      type: 'worker',
      project: null,
      labels: {},
      capabilities: [],
      cwd: folder,
      command: [expect.stringMatching(/^\/.*\/sh$/), '-c', 'true'],
      env: { PATH: caller.env['PATH'], HOME: '/home/x' },
      umask: 0o27,
      prompt: null,
      model: null,
      permissionMode: null,
      role: null,
      restart: DEFAULT_SETTINGS.agent.restart,
      health: { probe: { kind: 'none' }, intervalMs: 30_000 },
      limits: { memoryBytes: null, cpu: null, timeoutMs: null, processes: null, outputBytes: null, actions: {} },
      declaredAs: null,
    });
  });

  it('takes every flag', async () => {
    const spec = await build({
      project: 'shop',
      label: ['team=web', 'empty='],
      capability: ['review'],
      restart: 'always',
      maxRestarts: '0',
      healthTcp: 'localhost:5432',
      healthInterval: '5s',
      memory: '2GB',
      cpu: '1.5',
      timeout: '1h30m',
      checkpointEvery: '10m',
    });
    expect(spec).toMatchObject({
      project: 'shop',
      labels: { team: 'web', empty: '' },
      capabilities: ['review'],
      restart: { policy: 'always', maxRestarts: 0 },
      health: { probe: { kind: 'tcp', host: 'localhost', port: 5432 }, intervalMs: 5000 },
      limits: { memoryBytes: 2 * 2 ** 30, cpu: 1.5, timeoutMs: 5_400_000, processes: null, outputBytes: null, actions: {} },
      checkpoint: { everyMs: 600_000, turns: null },
    });
  });

  it('finds a program with a slash where the agent will work', async () => {
    expect((await build({}, ['./run.sh'])).command).toEqual([path.join(folder, 'run.sh')]);
  });

  it('refuses what is wrong before anything is started, naming the flag', async () => {
    expect((await refusal({}, ['nonesuch'])).message).toContain('nonesuch was not found');
    expect((await refusal({}, ['./notes.txt'])).hint).toContain('chmod +x');
    expect((await refusal({}, ['./nothere'])).message).toContain('is not there');
    expect((await refusal({ cwd: 'nothere' })).message).toBe(`--cwd: ${folder}/nothere is not there`);
    expect((await refusal({ cwd: 'notes.txt' })).message).toContain('is no folder');
    expect((await refusal({ memory: 'lots' })).message).toBe('--memory: "lots" is no size');
    expect((await refusal({ cpu: '0' })).message).toContain('--cpu');
    expect((await refusal({ timeout: 'soon' })).message).toContain('--timeout');
    expect((await refusal({ timeout: '0' })).message).toContain('--timeout');
    expect((await refusal({ restart: 'alway' })).hint).toContain('did you mean always?');
    expect((await refusal({ maxRestarts: '-1' })).message).toContain('--max-restarts');
    expect((await refusal({ healthUrl: 'ftp://x' })).message).toContain('--health-url');
    expect((await refusal({ healthTcp: 'x:99999' })).message).toContain('--health-tcp');
    expect((await refusal({ healthUrl: 'http://x/', heartbeat: '5' })).message).toContain('only one way');
    expect((await refusal({ healthInterval: '5s' })).message).toContain('nothing is probed');
    expect((await refusal({ heartbeat: '0' })).message).toContain('--heartbeat');
    expect((await refusal({ label: ['x'] })).message).toContain('--label');
    expect((await refusal({ project: 'a b' })).message).toContain('--project');
    expect((await refusal({ type: 'Work er' })).message).toContain('--type');
    expect((await refusal({ worktreeCopy: ['.env'] })).message).toContain('--worktree-copy: without --worktree');
    expect((await refusal({ checkpointEvery: '10ms' })).message).toBe('--checkpoint-every: "10ms" is too often');
    expect((await refusal({ checkpointTurns: '5' })).message).toBe('--checkpoint-turns: an agent of type worker has no turns');
    expect((await refusal({ prompt: 'x' })).message).toContain('of type worker takes none');
  });

  it('says how to get claude where it is not there', async () => {
    const spec = agentSpec('coder', {}, undefined, caller);
    await expect(spec).rejects.toMatchObject({ exitCode: 2, hint: expect.stringContaining('npm install -g @anthropic-ai/claude-code') });
  });

  it('runs the claude of the caller, with its prompt from a file', async () => {
    fs.writeFileSync(path.join(folder, 'claude'), '#!/bin/sh\n', { mode: 0o755 });
    fs.writeFileSync(path.join(folder, 'prompt.md'), 'fix it\n');
    const spec = await agentSpec('coder', { promptFile: 'prompt.md', model: 'opus', checkpointTurns: '5' }, undefined, caller);
    expect(spec).toMatchObject({ type: 'claude-code', command: [path.join(folder, 'claude')], prompt: 'fix it\n', model: 'opus', checkpoint: { everyMs: null, turns: 5 } });
    await expect(agentSpec('coder', { checkpointTurns: '0' }, undefined, caller)).rejects.toMatchObject({ exitCode: 2, message: '--checkpoint-turns: "0" is no number of turns' });
    await expect(agentSpec('coder', { prompt: 'x'.repeat(120_001) }, undefined, caller)).rejects.toMatchObject({ exitCode: 2 });
    await expect(agentSpec('coder', { promptFile: 'nothere' }, undefined, caller)).rejects.toMatchObject({ exitCode: 2 });
    await expect(agentSpec('coder', { prompt: 'x', promptFile: 'prompt.md' }, undefined, caller)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe('its environment', () => {
  const envOf = async (flags: SpecFlags, env: NodeJS.ProcessEnv) => (await agentSpec('web', flags, ['/bin/sh'], { ...caller, env })).env;

  it("is the caller's, but for what belongs to the terminal and to muxward", async () => {
    const env = await envOf({}, { PATH: '/bin', TMUX: 'x', TMUX_PANE: '%1', MUXWARD_HOME: '/h', PWD: '/', OLDPWD: '/', SHLVL: '1', _: 'x', TERM: 'x', COLUMNS: '1', LINES: '1', LANG: 'C', 'BASH_FUNC_x%%': '() { :; }', EMPTY: '' });
    expect(env).toEqual({ PATH: '/bin', LANG: 'C', EMPTY: '' });
  });

  it('takes files, then flags', async () => {
    const flags = { envFile: ['good.env'], env: ['PORT=2', 'Q=a=b', 'E='] };
    expect(await envOf(flags, { PORT: '0' })).toEqual({ PORT: '2', NAME: 'two\nlines', Q: 'a=b', E: '' });
  });

  it('refuses what is none, and never shows a value', async () => {
    expect((await refusal({ env: ['1X=secret'] })).message).toBe('--env: "1X" is no name for a variable');
    expect((await refusal({ env: ['secret'] })).message).toContain('is no NAME=VALUE');
    expect((await refusal({ env: ['MUXWARD_HOME=x'] })).message).toContain('set by muxward itself');
    expect((await refusal({ envFile: ['nothere.env'] })).message).toBe('--env-file: nothere.env is not there');
    expect((await refusal({ envFile: ['bad.env'] })).message).toBe('--env-file: bad.env:2 is no NAME=VALUE');
  });
});
