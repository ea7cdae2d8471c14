// What tidies up never takes what somebody needs.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually } from '../helpers/muxward-home.ts';
import { TestRepository } from '../helpers/repository.ts';
import { fault } from './fault.ts';

fault(36, 'cleanup --force among live agents', 'no session, process, folder or log of a live agent is touched', async (home) => {
  await home.ok('spawn', 'live', '--count', '3', '--', 'sh', '-c', 'echo hello; exec sleep 1000');
  await home.spawn('gone', '--', 'true');
  await home.ok('wait', 'gone');
  const before = (await home.agents()).filter(({ name }) => name.startsWith('live'));
  for (const { name } of before) await eventually(() => home.log(name).includes('hello'), `${name} has printed`, 20_000);
  await home.ok('cleanup', '--force');
  const after = (await home.agents()).filter(({ name }) => name.startsWith('live'));
  expect(after.map(({ name, pid, session, state }) => [name, pid, session, state])).toEqual(before.map(({ name, pid, session }) => [name, pid, session, 'ready']));
  for (const { name } of before) expect(home.log(name)).toContain('hello');
  await home.ok('restart', 'live-1');
});

fault(36, 'rm and cleanup --force meet worktrees with uncommitted and unpushed work', 'of a live agent it stays; of others it is saved under a ref first', async (home) => {
  const repo = new TestRepository(home, 'shop', { 'a.txt': 'one\n' });
  for (const name of ['live', 'done']) await home.spawn(name, '--cwd', repo.path, '--worktree', '--', 'sleep', '1000');
  const folderOf = async (name: string): Promise<string> => (await home.agent(name)).worktree ?? '';
  const [live, done] = [await folderOf('live'), await folderOf('done')];
  writeFileSync(path.join(done, 'committed.txt'), 'committed');
  repo.gitIn(done, 'add', '.');
  repo.gitIn(done, '-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '--quiet', '-m', 'unpushed');
  for (const folder of [live, done]) writeFileSync(path.join(folder, 'unsaved.txt'), 'unsaved');
  await home.ok('stop', 'done');
  await home.ok('cleanup', '--force');
  await home.ok('rm', '--force', 'done');
  await home.ok('cleanup', '--force');
  expect([existsSync(path.join(live, 'unsaved.txt')), (await home.agent('live')).state]).toEqual([true, 'ready']);
  const refs = repo.git('for-each-ref', '--format=%(refname)', 'refs/muxward/saved').split('\n').filter(Boolean);
  const saved = (file: string): string[] => refs.filter((ref) => repo.git('ls-tree', '-r', '--name-only', ref).split('\n').includes(file));
  expect([saved('unsaved.txt').length > 0, saved('committed.txt').length > 0]).toEqual([true, true]);
});
