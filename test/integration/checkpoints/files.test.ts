// What a checkpoint saves of files and what a rollback makes of them again, on real git, in odd repositories too.
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { exportCheckpoint, importCheckpoint } from '../../../src/checkpoints/transfer.ts';
import { verifyCheckpoint } from '../../../src/checkpoints/verify.ts';
import { TestVault } from '../../helpers/checkpoint-vault.ts';

vi.setConfig({ testTimeout: 60_000 });

let it: TestVault;

beforeEach(() => {
  it = new TestVault();
  onTestFinished(() => it.end());
});

test('tracked, untracked, deleted, modes, links: all come back, and the way forward too', async () => {
  it.init();
  it.write({ 'run.sh': '#!/bin/sh\n', 'new file\n"x".txt': 'odd name', '.gitignore': 'ignored\n', ignored: 'kept' });
  chmodSync(path.join(it.folder, 'run.sh'), 0o755);
  symlinkSync('a.txt', path.join(it.folder, 'link'));
  rmSync(path.join(it.folder, 'sub/b.txt'));
  it.git('add', 'run.sh');
  const [then, user] = [it.contents(), it.userState()];
  const checkpoint = await it.create();
  expect(it.userState()).toBe(user);

  it.write({ 'a.txt': 'changed', 'deep/er/new.txt': 'n', 'sub/b.txt': 'b again', ignored: 'kept, changed' });
  chmodSync(path.join(it.folder, 'run.sh'), 0o644);
  rmSync(path.join(it.folder, 'link'));
  mkdirSync(path.join(it.folder, 'link'));
  it.write({ 'link/inside.txt': 'a folder now' });
  rmSync(path.join(it.folder, 'new file\n"x".txt'));
  const later = it.contents();
  const before = await it.rollBack(checkpoint);
  expect(it.contents()).toEqual({ ...then, ignored: '644 kept, changed' });
  expect(existsSync(path.join(it.folder, 'deep'))).toBe(false);

  await it.rollBack(before);
  expect(it.contents()).toEqual(later);
  expect(await verifyCheckpoint(it.vault, checkpoint)).toEqual([]);
});

test('a folder without git has a repository of its own, elsewhere', async () => {
  it.write({ 'a.txt': '1', 'b/c.txt': '2' });
  const then = it.contents();
  const checkpoint = await it.create();
  it.write({ 'a.txt': 'other', 'd.txt': '3' });
  rmSync(path.join(it.folder, 'b'), { recursive: true });
  await it.rollBack(checkpoint);
  expect(it.contents()).toEqual(then);
  expect(existsSync(path.join(it.folder, '.git'))).toBe(false);
});

test('line ends and filters: every byte comes back as it was', async () => {
  it.git('init', '-q');
  it.git('config', 'core.autocrlf', 'true');
  it.git('config', 'filter.upper.clean', 'tr a-z A-Z');
  it.git('config', 'filter.upper.smudge', 'tr A-Z a-z');
  it.write({ '.gitattributes': '*.up filter=upper\n*.txt text\n*.id ident\n', 'x.up': 'MiXed', 'crlf.txt': 'a\r\nb\n', 'k.id': '$Id: mine $' });
  it.git('add', '-A');
  it.git('commit', '-qm', 'x');
  it.write({ 'x.up': 'mIxED 2', 'crlf.txt': 'a\r\nb\nc\r\n' });
  const then = it.contents();
  const checkpoint = await it.create();
  for (const name of ['x.up', 'crlf.txt', 'k.id']) writeFileSync(path.join(it.folder, name), 'gone');
  await it.rollBack(checkpoint);
  expect(it.contents()).toEqual(then);
});

test('in the middle of a merge conflict and of a rebase', async () => {
  it.init();
  it.git('checkout', '-qb', 'other');
  it.write({ 'a.txt': 'theirs\n' });
  it.git('commit', '-qam', 'theirs');
  it.git('checkout', '-q', 'main');
  it.write({ 'a.txt': 'ours\n' });
  it.git('commit', '-qam', 'ours');
  expect(() => it.git('rebase', 'other')).toThrow(/rebase/);
  const [then, user] = [it.contents(), it.userState()];
  const checkpoint = await it.create();
  expect(checkpoint.roots[0]?.head?.underWay).toBe('rebase');
  it.write({ 'a.txt': 'half solved' });
  await it.rollBack(checkpoint);
  expect(it.contents()).toEqual(then);
  expect(it.userState()).toBe(user);
});

test('unborn HEAD, linked work trees, sparse checkouts, assume-unchanged and skip-worktree files', async () => {
  it.git('init', '-q');
  it.write({ 'a.txt': 'a' });
  expect((await it.create()).roots[0]?.head).toMatchObject({ commit: null });
  it.write({ 'b/b.txt': 'b', 'c/c.txt': 'c', 'hidden.txt': 'h' });
  it.git('add', '-A');
  it.git('commit', '-qm', 'x');
  it.git('worktree', 'add', '-q', path.join(it.base, 'tree'));
  const tree = path.join(it.base, 'tree');
  it.gitIn(tree, 'sparse-checkout', 'set', '--sparse-index', 'b');
  it.gitIn(tree, 'update-index', '--assume-unchanged', 'a.txt');
  it.gitIn(tree, 'update-index', '--skip-worktree', 'hidden.txt');
  for (const name of ['a.txt', 'hidden.txt']) writeFileSync(path.join(tree, name), 'changed unseen');
  const then = it.contents(tree);
  const checkpoint = await it.create({ cwd: tree });
  for (const name of ['a.txt', 'hidden.txt', 'b/b.txt']) writeFileSync(path.join(tree, name), 'later');
  await it.rollBack(checkpoint, { cwd: tree });
  expect(it.contents(tree)).toEqual(then);
  expect(existsSync(path.join(tree, 'c'))).toBe(false);
});

test('submodules and repositories within are trees of their own', async () => {
  const library = path.join(it.base, 'library');
  mkdirSync(library);
  it.gitIn(library, 'init', '-q');
  writeFileSync(path.join(library, 'lib.txt'), 'lib');
  it.gitIn(library, 'add', '-A');
  it.gitIn(library, 'commit', '-qm', 'lib');
  it.init();
  it.git('submodule', 'add', '-q', library, 'vendor');
  it.git('commit', '-qm', 'vendor');
  mkdirSync(path.join(it.folder, 'nested'));
  it.gitIn(path.join(it.folder, 'nested'), 'init', '-q');
  it.write({ 'nested/n.txt': 'n', 'vendor/lib.txt': 'changed in the submodule' });
  const then = it.contents();
  const checkpoint = await it.create();
  expect(checkpoint.roots).toHaveLength(3);
  it.write({ 'nested/n.txt': 'other', 'vendor/lib.txt': 'other', 'vendor/more.txt': 'm', 'a.txt': 'other' });
  await it.rollBack(checkpoint);
  expect(it.contents()).toEqual(then);
});

test('names that differ in case only, folders that become files and links', async () => {
  it.init();
  it.write({ 'Name.txt': 'upper', 'd/x.txt': 'x' });
  const then = it.contents();
  const checkpoint = await it.create();
  renameSync(path.join(it.folder, 'Name.txt'), path.join(it.folder, 'name.txt'));
  rmSync(path.join(it.folder, 'd'), { recursive: true });
  symlinkSync('sub', path.join(it.folder, 'd'));
  const second = await it.create();
  rmSync(path.join(it.folder, 'd'));
  writeFileSync(path.join(it.folder, 'd'), 'a file');
  await it.rollBack(second);
  expect(lstatSync(path.join(it.folder, 'd')).isSymbolicLink()).toBe(true);
  await it.rollBack(checkpoint);
  expect(it.contents()).toEqual(then);
});

test('a file that is too large is told, never touched, and in the way it is refused', async () => {
  it.init();
  it.write({ grows: 'small' });
  const checkpoint = await it.create();
  truncateSync(path.join(it.folder, 'grows'), 2 ** 30);
  const second = await it.create();
  expect(second.notes).toEqual([expect.stringMatching(/not saved: grows \(1\.0G is above checkpoint\.max_file\)/)]);
  it.write({ 'a.txt': 'changed' });
  await expect(it.rollBack(checkpoint)).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('grows') as string });
  expect(readFileSync(path.join(it.folder, 'a.txt'), 'utf8')).toBe('changed');
  await it.rollBack(second);
  expect(statSync(path.join(it.folder, 'grows')).size).toBe(2 ** 30);
  expect(readFileSync(path.join(it.folder, 'a.txt'), 'utf8')).toBe('a\n');
});

test('ignored files: saved on request, and saved first where a rollback must replace one', async () => {
  it.init();
  it.write({ 'config.env': 'one' });
  const checkpoint = await it.create();
  it.write({ '.gitignore': '*.env\n' });
  rmSync(path.join(it.folder, 'config.env'));
  const without = await it.create();
  it.write({ 'config.env': 'two' });
  const withIgnored = await it.create({ ignored: true });
  it.write({ 'config.env': 'three' });
  const before = await it.rollBack(checkpoint);
  expect(it.contents()['config.env']).toBe('644 one');
  await it.rollBack(before);
  expect(it.contents()['config.env']).toBe('644 three');
  await it.rollBack(withIgnored);
  expect(it.contents()['config.env']).toBe('644 two');
  await it.rollBack(without);
  expect(it.contents()['config.env']).toBe('644 two');
});

test('what is closed to others stays closed, and what nothing changed costs nothing', async () => {
  it.init();
  it.write({ secret: 's1' });
  chmodSync(path.join(it.folder, 'secret'), 0o600);
  const checkpoint = await it.create();
  const again = await it.create();
  expect(again.roots[0]).toMatchObject({ tree: checkpoint.roots[0]?.tree, commit: checkpoint.roots[0]?.commit, changed: 0, bytes: 0 });
  expect(again.bytes).toBe(0);
  writeFileSync(path.join(it.folder, 'secret'), 's2');
  await it.rollBack(checkpoint);
  expect(it.contents()['secret']).toBe('600 s1');
});

test('damage is found, and a damaged checkpoint is refused before anything is touched', async () => {
  it.init();
  it.write({ 'big.txt': 'x'.repeat(5000) });
  const checkpoint = await it.create();
  it.write({ 'big.txt': 'later', 'a.txt': 'later' });
  const blob = it.git('rev-parse', `${checkpoint.roots[0]?.commit}:big.txt`);
  const object = path.join(it.folder, '.git/objects', blob.slice(0, 2), blob.slice(2));
  chmodSync(object, 0o644);
  writeFileSync(object, readFileSync(path.join(it.folder, '.git/objects', (checkpoint.roots[0]?.commit ?? '').slice(0, 2), (checkpoint.roots[0]?.commit ?? '').slice(2))));
  expect(await verifyCheckpoint(it.vault, checkpoint)).toEqual([expect.stringContaining('1 of')]);
  const then = it.contents();
  await expect(it.rollBack(checkpoint)).rejects.toMatchObject({ code: 'refused' });
  expect(it.contents()).toEqual(then);
});

test('two at once, of one agent and of two in one folder', async () => {
  it.init();
  it.write({ 'x.txt': 'x' });
  const made = await Promise.all([it.create(), it.create(), it.create({ agent: 'other' }), it.create({ agent: 'other' })]);
  expect(new Set(made.map(({ roots }) => roots[0]?.tree)).size).toBe(1);
  for (const one of made) expect(await verifyCheckpoint(it.vault, one)).toEqual([]);
});

test('what is written once it was saved is never replaced: nothing is touched then', async () => {
  it.init();
  it.write({ 'goes-dir/x.txt': 'x', 'becomes-dir': 'file' });
  const target = await it.create();
  it.write({ 'a.txt': 'changed', 'new.txt': 'new' });
  for (const name of ['goes-dir', 'becomes-dir']) rmSync(path.join(it.folder, name), { recursive: true });
  it.write({ 'goes-dir': 'file now', 'becomes-dir/y.txt': 'y' });
  const at = (name: string): string => path.join(it.folder, name);
  const meanwhile: readonly (readonly [name: string, write: () => void])[] = [
    ['a.txt', () => writeFileSync(at('a.txt'), 'CHANGED')],
    ['new.txt', () => writeFileSync(at('new.txt'), 'NEW')],
    ['becomes-dir/z.txt', () => writeFileSync(at('becomes-dir/z.txt'), 'z')],
    ['becomes-dir/y.txt', () => writeFileSync(at('becomes-dir/y.txt'), 'Y')],
    ['goes-dir', () => writeFileSync(at('goes-dir'), 'other')],
    ['a.txt', () => (rmSync(at('a.txt')), mkdirSync(at('a.txt')), writeFileSync(at('a.txt/in'), 'in'))],
    ['new.txt', () => (rmSync(at('new.txt')), symlinkSync('a.txt', at('new.txt')))],
  ];
  const start = it.contents();
  for (const [name, write] of meanwhile) {
    const attempt = it.rollBack(target, {}, write);
    await expect(attempt).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining(`${at(name)} was written`) as string });
    expect(it.contents()).not.toEqual(start);
    rmSync(at(name.split('/')[0] ?? ''), { recursive: true, force: true });
    for (const [file, content] of Object.entries(start)) if (!existsSync(at(file))) it.write({ [file]: content.slice(4) });
    expect(it.contents()).toEqual(start);
  }
  await it.rollBack(target);
  expect(it.contents()).toMatchObject({ 'a.txt': '644 a\n', 'goes-dir/x.txt': '644 x', 'becomes-dir': '644 file' });
});

test('a tracked file that is ignored is saved again when it comes back', async () => {
  it.init();
  it.write({ '.gitignore': '*.log\n', 'kept.log': 'one' });
  it.git('add', '-f', '.');
  const target = await it.create();
  rmSync(path.join(it.folder, 'kept.log'));
  expect((await it.create()).roots[0]?.tree).not.toBe(target.roots[0]?.tree);
  it.write({ 'kept.log': 'one' });
  expect((await it.create()).roots[0]?.tree).toBe(target.roots[0]?.tree);
  rmSync(path.join(it.folder, 'kept.log'));
  await it.rollBack(target);
  expect((await it.create()).roots[0]?.tree).toBe(target.roots[0]?.tree);
});

test('a repository in the way of a file is refused, and stays', async () => {
  it.write({ place: 'a file' });
  const target = await it.create();
  rmSync(path.join(it.folder, 'place'));
  mkdirSync(path.join(it.folder, 'place'));
  it.gitIn(path.join(it.folder, 'place'), 'init', '-q');
  it.write({ 'place/work.txt': 'work' });
  await expect(it.rollBack(target)).rejects.toMatchObject({ code: 'refused', message: expect.stringContaining('place') as string });
  expect(it.contents()).toEqual({ 'place/work.txt': '644 work' });
  expect(existsSync(path.join(it.folder, 'place/.git/HEAD'))).toBe(true);
});

test('one file carries files, modes and conversation to another home and another path, where nothing else is left of them', async () => {
  const lines = ['{"type":"user","sessionId":"s1","text":"do it"}', '{"type":"assistant","sessionId":"s1","text":"done"}'].map((line) => `${line}\n`).join('');
  const transcript = { sessionId: 's1', path: path.join(it.base, 's1.jsonl') };
  writeFileSync(transcript.path, `${lines}{"type":"user","sessi`);
  it.init();
  it.write({ 'run.sh': '#!/bin/sh\n' });
  chmodSync(path.join(it.folder, 'run.sh'), 0o755);
  symlinkSync('a.txt', path.join(it.folder, 'link'));
  const [then, made] = [it.contents(), await it.create({ transcript })];
  const other = new TestVault();
  onTestFinished(() => other.end());
  const file = path.join(other.base, 'coder.muxward');
  await exportCheckpoint(it.vault, made, file);
  it.end();

  other.write({ 'own.txt': 'stays saved' });
  const imported = await importCheckpoint(other.vault, { file, id: 'cp_imported', agent: 'coder', agentId: 'ag_2', cwd: other.folder, umask: 0o022 });
  expect(imported.roots).toMatchObject([{ kind: 'folder', path: other.folder }]);
  const to = { sessionId: 's2', path: path.join(other.base, 'projects/s2.jsonl') };
  const before = await other.rollBack(imported, { transcript: to });
  expect(other.contents()).toEqual(then);
  expect(readFileSync(to.path, 'utf8')).toBe(lines.replaceAll('s1', 's2'));
  await other.rollBack(before);
  expect(other.contents()).toEqual({ 'own.txt': '644 stays saved' });
});
