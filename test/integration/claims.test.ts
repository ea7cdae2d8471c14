// Agents that share a folder: what one claims and another changes is told, by what their hooks say of who worked.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Claim } from '../../src/core/claim.ts';
import type { MuxwardEvent } from '../../src/core/event.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';
import { TestRepository } from '../helpers/repository.ts';

const LONG_MS = 20_000;

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let home: MuxwardHome;
let repo: TestRepository;

beforeEach(() => {
  home = new MuxwardHome();
  repo = new TestRepository(home, 'shop', { 'src/api/a.ts': 'one\n', 'src/web/b.ts': 'one\n', '.gitignore': '*.tmp\n' });
});

afterEach(() => home.end());

/** Calls the real hook script as Claude Code would. */
function hook(agent: string, event: string, payload: object): void {
  const input = JSON.stringify({ session_id: `of-${agent}`, ...payload });
  execFileSync('sh', ['scripts/agent-hook.sh', event], { env: { ...home.env, MUXWARD_AGENT: agent, MUXWARD_GENERATION: '1' }, input });
}

/** A Claude Code as far as its hooks tell; it has nothing to do. */
async function claude(name: string): Promise<void> {
  home.script('bin/claude', 'exec sleep 1000');
  const env = { PATH: `${home.file('bin')}:${home.env['PATH']}` };
  expect(await home.run(['spawn', name, '--type', 'claude-code', '--cwd', repo.path], { env })).toMatchObject({ status: 0 });
  hook(name, 'SessionStart', { source: 'startup' });
  await home.agentThat(name, 'is idle', ({ activity }) => activity.status === 'idle', LONG_MS);
}

async function work(name: string): Promise<void> {
  hook(name, 'UserPromptSubmit', { prompt: 'do it' });
  await home.agentThat(name, 'works', ({ activity }) => activity.status === 'working', LONG_MS);
}

const claims = async (): Promise<readonly Claim[]> => (await home.json<{ claims: readonly Claim[] }>('claims')).claims;
const write = (file: string, text: string): void => writeFileSync(path.join(repo.path, file), text);
const told = async (): Promise<readonly MuxwardEvent[]> => (await home.events()).filter(({ type }) => type === 'claim.broken');

/** Writes the file again and again: the watch begins at some time, and rest is believed after a while only. */
async function untilTold(count: number, file: string, alongside: (round: number) => void = () => undefined): Promise<void> {
  let round = 0;
  const look = async (): Promise<boolean> => {
    round += 1;
    alongside(round);
    write(file, `${round}\n`);
    return (await told()).length >= count;
  };
  await eventually(look, `${file} is told`, LONG_MS);
}

const watched = async (): Promise<boolean> => (await claims())[0]?.watched === 'events';

describe('claims', () => {
  test('of one folder do not overlap, survive the daemon and end with rm', async () => {
    await home.spawn('coder', '--cwd', repo.path, '--claim', './src/api/**', '--', 'sleep', '1000');
    const late = await home.run(['spawn', 'late', '--cwd', repo.path, '--claim', 'src/', '--', 'sleep', '1000']);
    expect([late.status, late.stderr]).toEqual([1, expect.stringContaining('late cannot claim src: coder claims src/api/**')]);
    expect((await home.run(['spawn', 'late', '--claim', '../x', '--', 'sleep', '1000'])).status).toBe(2);
    await home.spawn('fixer', '--cwd', repo.path, '--', 'sleep', '1000');
    const refused = await home.run(['claim', 'fixer', 'src/**/b.ts']);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('coder claims src/api/**')]);
    await home.ok('claim', 'fixer', 'src/web');
    await home.ok('daemon', 'stop');
    expect((await claims()).map(({ agent, patterns, sharedWith }) => [agent, patterns, sharedWith])).toEqual([['coder', ['src/api/**'], ['fixer']], ['fixer', ['src/web'], ['coder']]]);
    expect((await home.run(['claim', 'fixer', '--drop', 'src/api/**'])).status).toBe(3);
    await home.ok('claim', 'fixer', '--drop');
    await home.ok('rm', '--force', 'coder');
    expect(await claims()).toEqual([]);
    expect(await home.ok('claims')).toContain('No agent claims anything');
    const yaml = home.file('shop/muxward.yaml');
    writeFileSync(yaml, 'agents:\n  one: {command: sleep 1000, claims: "src/api/**"}\n  two: {command: sleep 1000, claims: [src/], depends_on: [one]}\n');
    const up = await home.run(['up', '-f', yaml]);
    expect([up.status, up.stdout]).toEqual([1, expect.stringContaining('two cannot claim src: one claims src/api/**')]);
    expect((await claims()).map(({ agent }) => agent)).toEqual(['one']);
  });

  test('that another breaks are told, with who did it where only one worked', async () => {
    for (const name of ['coder', 'fixer']) await claude(name);
    await home.ok('claim', 'coder', 'src/api/**');
    await eventually(watched, 'the folder is watched', LONG_MS);
    await work('fixer');
    // A folder, what git ignores and what is not claimed are written as often, and never told.
    await untilTold(1, 'src/api/a.ts', (round) => {
      mkdirSync(path.join(repo.path, `src/api/folder-${round}`));
      for (const file of ['src/api/x.tmp', 'src/web/b.ts']) write(file, `${round}\n`);
    });
    expect((await told()).map(({ agent, data }) => [agent, data])).toEqual([['coder', { path: 'src/api/a.ts', claimant: 'coder', by: 'fixer' }]]);
    expect((await claims())[0]?.broken).toMatchObject([{ path: 'src/api/a.ts', by: 'fixer' }]);
    expect(await home.ok('claims')).toMatch(/coder +fixer +src\/api\/a\.ts/);
    await eventually(async () => (await home.ok('alerts')).includes('fixer changed src/api/a.ts'), 'it is an alert', LONG_MS);
  });

  test('are not broken by the claimant itself', async () => {
    for (const name of ['coder', 'fixer']) await claude(name);
    await home.ok('claim', 'coder', 'src');
    await eventually(watched, 'the folder is watched', LONG_MS);
    // Nobody works: it may have been the user. And the watch is seen to work.
    await untilTold(1, 'src/web/b.ts');
    await work('coder');
    write('src/api/a.ts', 'own\n');
    hook('coder', 'Stop', {});
    await home.agentThat('coder', 'is idle', ({ activity }) => activity.status === 'idle', LONG_MS);
    await untilTold(2, 'src/web/c.ts');
    expect((await told()).map(({ data }) => data)).toEqual(['src/web/b.ts', 'src/web/c.ts'].map((file) => ({ path: file, claimant: 'coder', by: null })));
  });
});
