// The daemon is killed while it makes and removes worktrees: the next one takes back or finishes, and no work is lost.
import { existsSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually, isAlive, type MuxwardHome } from '../helpers/muxward-home.ts';
import { TestRepository } from '../helpers/repository.ts';
import { fault } from './fault.ts';

const repositoryIn = (home: MuxwardHome): TestRepository =>
  new TestRepository(home, 'shop', Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}.txt`, `${i}\n`])));
const folderOf = (home: MuxwardHome, agent: string): string => path.join(realpathSync(home.home), 'worktrees', agent);
const intents = (home: MuxwardHome): string[] => {
  const folder = path.join(home.home, 'run/.worktrees');
  return existsSync(folder) ? readdirSync(folder) : [];
};

/** By its pid, so that the daemon which the next command starts is not meant. */
async function killThat(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await eventually(() => !isAlive(pid), 'the daemon is gone', 20_000);
}

/** A random moment, so that many runs see many moments. */
const aMoment = (upToMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.random() * upToMs));

fault(36, 'SIGKILL to the daemon in a set-up command of a worktree', 'nothing is left of the worktree, its branch, or the command', async (home) => {
  const repo = repositoryIn(home);
  const pid = await home.daemonPid();
  const spawning = home.start(['spawn', 'coder', '--cwd', repo.path, '--worktree', '--worktree-setup', `echo $$ > '${home.file('pid')}'; exec sleep 1000`, '--', 'sleep', '1000']);
  await eventually(() => existsSync(home.file('pid')) && readFileSync(home.file('pid'), 'utf8').trim() !== '', 'the set-up runs', 20_000);
  const setUp = Number(readFileSync(home.file('pid'), 'utf8'));
  await killThat(pid);
  await eventually(() => spawning.exitCode !== null, 'spawn has failed', 20_000);
  expect(await home.agents()).toEqual([]);
  await eventually(() => !isAlive(setUp), 'the command is ended', 20_000);
  expect([existsSync(folderOf(home, 'coder')), repo.branches(), repo.worktrees(), intents(home)]).toEqual([false, ['main'], [], []]);
  await home.spawn('coder', '--cwd', repo.path, '--worktree', '--', 'sleep', '1000');
});

fault(36, 'SIGKILL to the daemon at any moment of making a worktree', 'an agent with a whole worktree, or neither', async (home) => {
  const repo = repositoryIn(home);
  for (let round = 0; round < 4; round += 1) {
    const name = `a${round}`;
    const pid = await home.daemonPid();
    const spawning = home.start(['spawn', name, '--cwd', repo.path, '--worktree', '--', 'sleep', '1000']);
    await aMoment(600);
    await killThat(pid);
    await eventually(() => spawning.exitCode !== null, 'spawn has ended', 30_000);
    // The command may have started a daemon and asked again: what counts is what there is.
    const known = (await home.agents()).some((agent) => agent.name === name);
    expect([name, existsSync(path.join(folderOf(home, name), 'f199.txt')), repo.branches().includes(`muxward/${name}`)]).toEqual([name, known, known]);
    expect(known || !existsSync(folderOf(home, name))).toBe(true);
    expect(intents(home)).toEqual([]);
  }
});

fault(36, 'SIGKILL to the daemon at any moment of removing a worktree', 'what was not committed is in the worktree or under a ref', async (home) => {
  const repo = repositoryIn(home);
  for (let round = 0; round < 4; round += 1) {
    const name = `r${round}`;
    await home.spawn(name, '--cwd', repo.path, '--worktree', '--', 'sleep', '1000');
    repo.write({ 'work.txt': `work of ${name}\n` }, folderOf(home, name));
    await home.ok('stop', name);
    const pid = await home.daemonPid();
    const removing = home.start(['rm', '--force', name]);
    await aMoment(600);
    await killThat(pid);
    await eventually(() => removing.exitCode !== null, 'rm has ended', 30_000);
    const known = (await home.agents()).some((agent) => agent.name === name);
    const inFolder = existsSync(path.join(folderOf(home, name), 'work.txt'));
    const saved = repo.saved(name).map((ref) => repo.git('show', `${ref}:work.txt`));
    expect(inFolder || saved.includes(`work of ${name}`)).toBe(true);
    if (known) await home.ok('rm', '--force', name);
    expect([name, existsSync(folderOf(home, name)), repo.saved(name).length > 0]).toEqual([name, false, true]);
    expect(intents(home)).toEqual([]);
  }
});

fault(36, 'a worktree deleted by hand while its agent runs', 'restart makes it again from its branch', async (home) => {
  const repo = repositoryIn(home);
  await home.spawn('lost', '--cwd', repo.path, '--worktree', '--', 'sleep', '1000');
  repo.commit('kept', { 'kept.txt': 'k\n' }, folderOf(home, 'lost'));
  rmSync(folderOf(home, 'lost'), { recursive: true });
  expect(await home.ok('restart', 'lost')).toContain('made again from muxward/lost');
  expect([existsSync(path.join(folderOf(home, 'lost'), 'kept.txt')), (await home.agent('lost')).state]).toEqual([true, 'ready']);
});
