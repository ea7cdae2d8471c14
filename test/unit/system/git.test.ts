import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { git, gitDo, records } from '../../../src/system/git.ts';
import { temporaryFolder } from './temp-folder.ts';

function folder(): string {
  return temporaryFolder('git');
}

test('a failure of git is data, with its words', async () => {
  const outcome = await git(folder(), ['rev-parse', '--git-dir'], { env: { GIT_CEILING_DIRECTORIES: '/' } });
  expect(outcome.status).toBe(128);
  expect(outcome.stderr).toContain('not a git repository');
  await expect(gitDo(folder(), ['rev-parse', '--verify', 'nothing'], 'look', {})).rejects.toThrow(/cannot look: fatal: /);
});

test('a missing folder is told as such', async () => {
  await expect(git('/nowhere/at/all', ['version'])).rejects.toMatchObject({ code: 'failed' });
});

test("nothing of the caller's git gets through", async () => {
  const repository = folder();
  process.env['GIT_INDEX_FILE'] = '/nowhere/index';
  onTestFinished(() => void delete process.env['GIT_INDEX_FILE']);
  await gitDo(repository, ['init', '-q'], 'make a repository');
  writeFileSync(path.join(repository, 'a b\n"c"'), 'x');
  await gitDo(repository, ['add', '-A'], 'add');
  expect(records(await gitDo(repository, ['ls-files', '-z'], 'list'))).toEqual(['a b\n"c"']);
});

test('folders that git makes follow the given umask', async () => {
  const repository = folder();
  await gitDo(repository, ['init', '-q'], 'make a repository', { umask: 0o027 });
  expect(statSync(path.join(repository, '.git/objects')).mode & 0o777).toBe(0o750);
});

test('what takes too long is ended', async () => {
  const repository = folder();
  await gitDo(repository, ['init', '-q'], 'make a repository');
  const outcome = await git(repository, ['-c', 'alias.wait=!sleep 30', 'wait'], { timeoutMs: 100 });
  expect(outcome).toMatchObject({ status: null, timedOut: true });
});
