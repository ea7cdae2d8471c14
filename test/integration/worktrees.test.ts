// Agents in git worktrees of their own: made, looked at, merged, made again and removed, with real git.
import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CleanupReply } from '../../src/core/protocol.ts';
import type { WorktreeDiff, WorktreeInfo, WorktreeMerge, WorktreeRemoval } from '../../src/core/worktree.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';
import { TestRepository } from '../helpers/repository.ts';

// Each test calls git and muxward dozens of times.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let home: MuxwardHome;
let repo: TestRepository;

beforeAll(() => {
  home = new MuxwardHome();
  repo = new TestRepository(home, 'shop', { 'a.txt': 'one\ntwo\nthree\n', 'src/b.txt': 'b\n', '.gitignore': '.env\nnode_modules/\n' });
  repo.write({ '.env': 'KEY=1\n', 'node_modules/left/pad.js': 'x\n' });
  lstatSync(repo.path);
});

afterAll(() => home.end());

const folderOf = (agent: string): string => path.join(realpathSync(home.home), 'worktrees', agent);
const spawn = (name: string, ...flags: string[]) => home.spawn(name, '--cwd', repo.path, ...flags, '--', 'sleep', '1000');
const listed = async (name: string): Promise<WorktreeInfo | undefined> =>
  (await home.json<{ worktrees: WorktreeInfo[] }>('worktree', 'list')).worktrees.find(({ agent }) => agent === name);
const remove = async (name: string): Promise<WorktreeRemoval | undefined> => (await home.json<{ removed: WorktreeRemoval[] }>('worktree', 'rm', name)).removed[0];

describe('spawn --worktree', () => {
  test('gives a folder and a branch of its own, the same subfolder, copies and links, after its set-up', async () => {
    const agent = await home.spawn(
      'coder', '--cwd', path.join(repo.path, 'src'), '--worktree', '--worktree-copy', '.env', '--worktree-link', 'node_modules',
      '--worktree-setup', 'cat "$MUXWARD_SOURCE/.env" > ../made', '--', 'sleep', '1000',
    );
    const folder = folderOf('coder');
    expect([agent.worktree, agent.cwd]).toEqual([folder, path.join(folder, 'src')]);
    expect(repo.gitIn(folder, 'branch', '--show-current')).toBe('muxward/coder');
    expect([readFileSync(path.join(folder, 'made'), 'utf8'), readFileSync(path.join(folder, '.env'), 'utf8')]).toEqual(['KEY=1\n', 'KEY=1\n']);
    expect(lstatSync(path.join(folder, 'node_modules')).isSymbolicLink()).toBe(true);
    // What is ignored as a folder is ignored as a link too, and files have the caller's modes and not the daemon's.
    expect(repo.gitIn(folder, 'status', '--porcelain')).toBe('?? made');
    expect(statSync(path.join(folder, 'a.txt')).mode & 0o777).toBe(0o666 & ~process.umask());
    expect(repo.git('status', '--porcelain')).toBe('');
  });

  test('refuses a branch that somebody has, and says who', async () => {
    const taken = await home.run(['spawn', 'other', '--cwd', repo.path, '--worktree', 'muxward/coder', '--', 'true']);
    expect([taken.status, taken.stderr]).toEqual([1, expect.stringContaining("is agent coder's")]);
    const own = await home.run(['spawn', 'other', '--cwd', repo.path, '--worktree', 'main', '--', 'true']);
    expect([own.status, own.stderr]).toEqual([1, expect.stringContaining(`is checked out in ${realpathSync(repo.path)}`)]);
  });

  test('a set-up command that fails leaves nothing behind but its words', async () => {
    const before = [repo.branches(), repo.worktrees()];
    const { status, stderr } = await home.run(['spawn', 'bad', '--cwd', repo.path, '--worktree', '--worktree-setup', 'echo broken >&2; exit 3', '--', 'true']);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/status 3\): broken/)]);
    expect([repo.branches(), repo.worktrees()]).toEqual(before);
    expect([existsSync(folderOf('bad')), home.log('bad')]).toEqual([false, expect.stringContaining('broken')]);
    expect((await home.agents()).map(({ name }) => name)).not.toContain('bad');
  });

  test('--count gives each its own', async () => {
    await spawn('many', '--count', '2', '--worktree', 'topic');
    expect(repo.branches()).toEqual(expect.arrayContaining(['topic-1', 'topic-2']));
    await home.ok('rm', '--force', 'many-1', 'many-2');
    expect([repo.branches().filter((name) => name.startsWith('topic')), existsSync(folderOf('many-1'))]).toEqual([[], false]);
  });

  test.each([
    ['no repository', () => home.file('nowhere'), [], /is in no git repository/],
    ['no commit yet', () => new TestRepository(home, 'unborn').path, [], /has no commit yet/],
    ['a base that is none', () => repo.path, ['--worktree-base', 'nothing'], /"nothing" is no commit/],
    ['a file to copy that is missing', () => repo.path, ['--worktree-copy', 'gone.txt'], /there is no gone\.txt/],
    ['a rebase under way', () => rebasing().path, [], /a rebase is under way/],
  ])('%s is told before anything is made', async (_, where, flags, words) => {
    mkdirSync(home.file('nowhere'), { recursive: true });
    const { status, stderr } = await home.run(['spawn', 'never', '--cwd', where(), '--worktree', ...flags, '--', 'true']);
    expect([status, stderr]).toEqual([2, expect.stringMatching(words)]);
    expect([existsSync(folderOf('never')), repo.branches().includes('muxward/never')]).toEqual([false, false]);
  });

  test('works from a bare repository', async () => {
    repo.git('clone', '--quiet', '--bare', repo.path, home.file('bare.git'));
    const agent = await home.spawn('bared', '--cwd', home.file('bare.git'), '--worktree', '--', 'sleep', '1000');
    expect(readFileSync(path.join(agent.cwd, 'a.txt'), 'utf8')).toContain('one');
    await home.ok('rm', '--force', 'bared');
  });
});

function rebasing(): TestRepository {
  const other = new TestRepository(home, 'rebasing', { f: '1\n' });
  other.git('checkout', '--quiet', '-b', 'side');
  other.commit('side', { f: '2\n' });
  other.git('checkout', '--quiet', 'main');
  other.commit('main', { f: '3\n' });
  expect(() => other.git('rebase', 'side')).toThrow(/rebase/);
  return other;
}

describe('worktree list, diff and merge', () => {
  test('show what an agent did, and take it over without a conflict or not at all', async () => {
    await spawn('author', '--worktree');
    const folder = folderOf('author');
    repo.commit('work', { 'a.txt': 'ONE\ntwo\nthree\n' }, folder);
    repo.write({ 'new.txt': 'n\n' }, folder);
    expect(await listed('author')).toMatchObject({ branch: 'muxward/author', base: 'main', ahead: 1, behind: 0, changedFiles: 1, unsaved: true, problem: null });
    const diff = await home.json<WorktreeDiff>('worktree', 'diff', 'author');
    expect([diff.files, diff.patch]).toEqual([[{ status: 'M', path: 'a.txt' }, { status: 'A', path: 'new.txt' }], expect.stringContaining('+ONE')]);

    repo.write({ 'a.txt': 'dirty\n' });
    const dirty = await home.run(['worktree', 'merge', 'author']);
    expect([dirty.status, dirty.stderr]).toEqual([6, expect.stringContaining('changes that are not committed')]);
    repo.git('checkout', '--quiet', 'a.txt');
    const merged = await home.json<WorktreeMerge>('worktree', 'merge', 'author');
    expect(merged).toMatchObject({ into: 'main', how: 'fast-forward', uncommitted: 1 });
    expect([readFileSync(path.join(repo.path, 'a.txt'), 'utf8'), repo.git('status', '--porcelain')]).toEqual(['ONE\ntwo\nthree\n', '']);

    repo.commit('mine', { 'a.txt': 'mine\ntwo\nthree\n' });
    repo.commit('theirs', { 'a.txt': 'theirs\ntwo\nthree\n' }, folder);
    const before = repo.git('rev-parse', 'main');
    const conflict = await home.run(['worktree', 'merge', 'author']);
    expect([conflict.status, conflict.stderr]).toEqual([1, expect.stringContaining('change the same lines: a.txt')]);
    expect([repo.git('rev-parse', 'main'), repo.git('status', '--porcelain')]).toEqual([before, '']);
  });

  test('into a branch that is checked out nowhere: no checkout is touched', async () => {
    repo.git('branch', 'release', 'main');
    await spawn('releaser', '--worktree', '--worktree-base', 'release');
    repo.commit('one', { 'r1.txt': '1\n' }, folderOf('releaser'));
    repo.commit('two', { 'r2.txt': '2\n' }, folderOf('releaser'));
    const merged = await home.json<WorktreeMerge>('worktree', 'merge', 'releaser', '--squash', '-m', 'both at once');
    expect(merged).toMatchObject({ into: 'release', how: 'squash', checkout: null });
    expect(repo.git('log', '--format=%s', 'main..release')).toBe('both at once');
    expect(repo.git('ls-tree', '--name-only', 'release')).toContain('r2.txt');
    expect([existsSync(path.join(repo.path, 'r1.txt')), repo.git('status', '--porcelain')]).toEqual([false, '']);
  });
});

describe('removing', () => {
  test('refuses a live agent; saves what is unsaved, with changed copies; start makes it again', async () => {
    await spawn('saver', '--worktree', '--worktree-copy', '.env*');
    const folder = folderOf('saver');
    repo.commit('committed', { 'c.txt': 'c\n' }, folder);
    repo.write({ 'a.txt': 'changed\n', 'untracked.txt': 'u\n', '.env': 'KEY=2\n' }, folder);
    expect((await home.run(['worktree', 'rm', 'saver'])).status).toBe(6);
    await home.ok('stop', 'saver');
    const removal = await remove('saver');
    const [ref = '', copies = ''] = repo.saved('saver');
    expect(removal).toMatchObject({ saved: ref, savedCopies: copies, branchDeleted: true, detail: expect.stringContaining(ref) });
    expect([existsSync(folder), repo.branches().includes('muxward/saver')]).toEqual([false, false]);
    const inSaved = (file: string): string => repo.git('show', `${ref}:${file}`);
    expect([inSaved('a.txt'), inSaved('untracked.txt'), inSaved('c.txt'), repo.git('show', `${copies}:.env`)]).toEqual(['changed', 'u', 'c', 'KEY=2']);
    // What it is got back by leaves the user's own ignored files alone.
    repo.git('switch', '--quiet', '--create', 'back', ref);
    expect(readFileSync(path.join(repo.path, '.env'), 'utf8')).toBe('KEY=1\n');
    repo.git('switch', '--quiet', 'main');
    await home.ok('start', 'saver');
    expect([readFileSync(path.join(folder, 'c.txt'), 'utf8'), readFileSync(path.join(folder, '.env'), 'utf8')]).toEqual(['c\n', 'KEY=1\n']);
  });

  test('what is merged needs no ref', async () => {
    await spawn('clean', '--worktree');
    await home.ok('stop', 'clean');
    expect(await remove('clean')).toMatchObject({ saved: null, branchDeleted: true });
    expect(repo.saved('clean')).toEqual([]);
  });

  test('rm of the agent saves too; a branch that was there before stays', async () => {
    repo.git('branch', 'old-topic', 'main');
    await spawn('forgotten', '--worktree', 'old-topic');
    repo.write({ 'w.txt': 'w\n' }, folderOf('forgotten'));
    const { outcomes } = await home.json<{ outcomes: { detail: string }[] }>('rm', '--force', 'forgotten');
    const [ref = ''] = repo.saved('forgotten');
    expect([outcomes[0]?.detail, repo.git('show', `${ref}:w.txt`)]).toEqual([expect.stringContaining(ref), 'w']);
    expect(repo.branches()).toContain('old-topic');
  });

  test('down saves too, and up makes worktrees as the file says', async () => {
    repo.commit('project', { 'muxward.yaml': 'project: shop\ndefaults: {worktree: {copy: .env}}\nagents:\n  declared: {command: sleep 1000, worktree: true}\n  plain: {command: sleep 1000, worktree: false}\n' });
    expect((await home.run(['up'], { cwd: repo.path })).status).toBe(0);
    const folder = folderOf('declared');
    expect([existsSync(path.join(folder, '.env')), (await home.agent('plain')).worktree]).toEqual([true, null]);
    repo.write({ 'd.txt': 'd\n' }, folder);
    const { status, stdout } = await home.run(['down'], { cwd: repo.path });
    const [ref = ''] = repo.saved('declared');
    expect([status, stdout]).toEqual([0, expect.stringContaining(ref)]);
    expect(repo.git('show', `${ref}:d.txt`)).toBe('d');
  });

  test('a repository of its own inside cannot be saved, and so nothing is removed', async () => {
    await spawn('nested', '--worktree');
    const inner = path.join(folderOf('nested'), 'inner');
    mkdirSync(inner);
    repo.gitIn(inner, 'init', '--quiet');
    repo.gitIn(inner, '-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--allow-empty', '-m', 'inner');
    const { status, stdout } = await home.run(['rm', '--force', 'nested', '--json']);
    expect([status, stdout]).toEqual([6, expect.stringContaining('repository of its own in inner')]);
    expect([existsSync(inner), (await home.agent('nested')).state]).toEqual([true, 'terminated']);
    rmSync(inner, { recursive: true });
    await home.ok('rm', '--force', 'nested');
  });
});

describe('a worktree deleted by hand', () => {
  test('is made again from its branch at the next start, which says so', async () => {
    await spawn('lost', '--worktree');
    repo.commit('kept', { 'kept.txt': 'k\n' }, folderOf('lost'));
    await home.ok('stop', 'lost');
    rmSync(folderOf('lost'), { recursive: true });
    expect((await listed('lost'))?.problem).toContain('its folder is gone');
    expect(await home.ok('start', 'lost')).toContain('made again from muxward/lost');
    expect(readFileSync(path.join(folderOf('lost'), 'kept.txt'), 'utf8')).toBe('k\n');
    expect((await home.agent('lost')).state).toBe('ready');
  });

  test('where something else is in its place, start says so and touches nothing', async () => {
    await home.ok('stop', 'lost');
    rmSync(folderOf('lost'), { recursive: true });
    mkdirSync(folderOf('lost'));
    writeFileSync(path.join(folderOf('lost'), 'mine'), '');
    const { status, stderr } = await home.run(['start', 'lost']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('is there already')]);
    expect(existsSync(path.join(folderOf('lost'), 'mine'))).toBe(true);
    rmSync(folderOf('lost'), { recursive: true });
  });
});

describe('cleanup', () => {
  test('saves what is unsaved in a worktree that no agent has, and leaves the others alone', async () => {
    await spawn('orphaned', '--worktree');
    const folder = folderOf('orphaned');
    repo.write({ 'o.txt': 'o\n' }, folder);
    // As after a lost state: the worktree is there, and nobody knows whose it is.
    await home.ok('stop', 'orphaned');
    await home.ok('daemon', 'stop');
    rmSync(path.join(home.home, 'run/orphaned'), { recursive: true });
    for (const suffix of ['', '-wal', '-shm']) rmSync(path.join(home.home, `muxward.db${suffix}`), { force: true });
    writeFileSync(path.join(home.home, 'muxward.db'), 'damaged');
    await eventually(async () => (await home.agents()).some(({ name }) => name === 'coder'), 'the state is made again', 20_000);
    const { items } = await home.json<CleanupReply>('cleanup');
    const [ref = ''] = repo.saved('orphaned');
    expect(items).toContainEqual(expect.objectContaining({ kind: 'worktree', what: folder, why: expect.stringContaining(ref) }));
    expect([existsSync(folder), repo.git('show', `${ref}:o.txt`), existsSync(folderOf('coder'))]).toEqual([false, 'o', true]);
  });
});
