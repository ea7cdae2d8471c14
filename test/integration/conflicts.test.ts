// Agents in worktrees that change the same lines: found as it happens, shown, paused, resolved; with real git.
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Conflict, ConflictHunks, ConflictsReply, ResolveReply } from '../../src/core/conflict.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';
import { TestRepository } from '../helpers/repository.ts';

const LONG_MS = 20_000;

// Each test calls git and muxward dozens of times.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let home: MuxwardHome;
let repo: TestRepository;

beforeEach(() => {
  home = new MuxwardHome();
  repo = new TestRepository(home, 'shop', { 'a.txt': 'one\ntwo\nthree\nfour\nfive\nsix\nseven\n', '.gitignore': 'out/\n' });
});

afterEach(() => home.end());

const folderOf = (agent: string): string => path.join(realpathSync(home.home), 'worktrees', agent);
const write = (agent: string, text: string, file = 'a.txt'): void => writeFileSync(path.join(folderOf(agent), file), text);
const listed = (): Promise<ConflictsReply> => home.json<ConflictsReply>('conflicts', 'list');
const conflictsOf = async (kind: Conflict['kind']): Promise<readonly Conflict[]> => (await listed()).conflicts.filter((each) => each.kind === kind);
const told = async (type: string): Promise<number> => (await home.events()).filter((event) => event.type === type).length;

async function two(): Promise<void> {
  for (const name of ['coder', 'fixer']) await home.spawn(name, '--cwd', repo.path, '--worktree', '--', 'sleep', '1000');
}

describe('conflicts', () => {
  test('are found as they happen, uncommitted ones too, and gone when both merge again', async () => {
    await two();
    expect((await listed()).conflicts).toEqual([]);
    write('coder', 'ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n');
    write('fixer', 'one\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n');
    const [file] = await conflictsOf('file');
    expect(file).toMatchObject({ agents: ['coder', 'fixer'], files: ['a.txt'] });
    expect(await told('conflict.found')).toBe(0);
    // Nobody asks: the watch sees it.
    write('fixer', 'mine\ntwo\nthree\nfour\nfive\nsix\nseven\n');
    await eventually(async () => (await told('conflict.found')) === 1, 'it is told', LONG_MS);
    const [conflict] = await conflictsOf('lines');
    const { hunks } = await home.json<ConflictHunks>('conflicts', 'show', conflict?.id ?? '');
    expect(hunks[0]?.text).toMatch(/<{7}[^\n]*\nONE\n={7}\nmine\n>{7}/);
    expect(await home.ok('conflicts', 'show', conflict?.id ?? '')).toContain('ONE');
    write('fixer', 'one\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n');
    await eventually(async () => (await told('conflict.resolved')) === 1, 'it is told that it is gone', LONG_MS);
    // Looking leaves nothing in the repository, its index or its stash.
    expect([repo.git('stash', 'list'), repo.gitIn(folderOf('coder'), 'status', '--porcelain'), repo.git('count-objects')]).toEqual(['', ' M a.txt', expect.stringMatching(/^[0-5] objects/)]);
    expect((await listed()).worktrees.map(({ agent, files, watched }) => [agent, files, watched])).toEqual([['coder', ['a.txt'], 'events'], ['fixer', ['a.txt'], 'events']]);
  });

  test('with the base that went on; --keep base takes its files, what was there is saved', async () => {
    await two();
    write('coder', 'coder\ntwo\nthree\nfour\nfive\nsix\nseven\n');
    repo.commit('went on', { 'a.txt': 'main\ntwo\nthree\nfour\nfive\nsix\nseven\n' });
    const [conflict] = await conflictsOf('base');
    expect(conflict).toMatchObject({ agents: ['coder'], base: 'main', files: ['a.txt'] });
    await home.json<ResolveReply>('conflicts', 'resolve', conflict?.id ?? '', '--keep', 'base');
    expect(readFileSync(path.join(folderOf('coder'), 'a.txt'), 'utf8')).toMatch(/^main\n/);
    expect(repo.git('show', `${repo.saved('coder')[0]}:a.txt`)).toMatch(/^coder\n/);
    expect(await conflictsOf('base')).toEqual([]);
    expect((await home.agent('coder')).state).toBe('ready');
  });

  test('conflicts: pause holds the later agent until it is resolved by keeping one', async () => {
    home.configure('conflicts: pause\n');
    await two();
    write('coder', 'coder\ntwo\nthree\nfour\nfive\nsix\nseven\n');
    await eventually(async () => (await listed()).worktrees.some(({ files }) => files.length > 0), 'coder is seen', LONG_MS);
    write('fixer', 'fixer\ntwo\nthree\nfour\nfive\nsix\nseven\n');
    const paused = await home.agentThat('fixer', 'is paused', ({ state }) => state === 'paused', LONG_MS);
    expect(paused.reason).toContain('it and coder change the same lines');
    const [conflict] = await conflictsOf('lines');
    expect(conflict).toMatchObject({ paused: 'fixer' });
    const wrong = await home.run(['conflicts', 'resolve', conflict?.id ?? '']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('--keep coder or fixer')]);
    const { detail } = await home.json<ResolveReply>('conflicts', 'resolve', conflict?.id ?? '', '--keep', 'coder');
    expect(detail).toContain(repo.saved('fixer')[0] ?? 'nothing');
    await home.agentThat('fixer', 'goes on', ({ state }) => state === 'ready', LONG_MS);
    expect(readFileSync(path.join(folderOf('fixer'), 'a.txt'), 'utf8')).toMatch(/^coder\n/);
  });

  test('--agent asks one, --manual says where', async () => {
    for (const name of ['coder', 'fixer']) await home.spawn(name, '--cwd', repo.path, '--worktree', '--', 'sh', '-c', 'while read -r line; do echo "asked: $line"; done');
    for (const name of ['coder', 'fixer']) write(name, `${name}\ntwo\nthree\nfour\nfive\nsix\nseven\n`);
    const [conflict] = await conflictsOf('lines');
    const manual = await home.json<ResolveReply>('conflicts', 'resolve', conflict?.id ?? '', '--manual');
    expect([manual.detail, manual.conflict.resolvedBy]).toEqual([expect.stringContaining(folderOf('fixer')), 'you']);
    await home.ok('conflicts', 'resolve', conflict?.id ?? '', '--agent', 'fixer');
    await eventually(() => home.log('fixer').includes('asked: Two agents change the same lines of a.txt'), 'fixer is asked', LONG_MS);
    expect((await home.run(['conflicts', 'show', 'cf_none'])).status).toBe(3);
  });
});
