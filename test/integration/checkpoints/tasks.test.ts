// Checkpoints before and after each task of an agent, and what going back and forward does to its tasks.
import { existsSync, writeFileSync } from 'node:fs';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { CheckpointView, RollbackReply } from '../../../src/core/checkpoint.ts';
import type { CheckpointList } from '../../../src/core/protocol.ts';
import type { Task } from '../../../src/core/task.ts';
import { eventually, isAlive, MuxwardHome, pidsWithVariable } from '../../helpers/muxward-home.ts';
import { TestRepository } from '../../helpers/repository.ts';

vi.setConfig({ testTimeout: 120_000 });

let home: MuxwardHome;
let repo: TestRepository;

beforeEach(() => {
  home = new MuxwardHome();
  repo = new TestRepository(home, 'shop', { 'a.txt': 'one\n' });
  onTestFinished(() => home.end());
});

const coder = (): Promise<unknown> => home.spawn('coder', '--cwd', repo.path, '--', 'sleep', '1000');
const write = async (name: string, ...more: string[]): Promise<string> =>
  (
    await home.ok(
      'task',
      'submit',
      `write ${name}`,
      '--agent',
      'coder',
      ...more,
      '--',
      'sh',
      '-c',
      `echo ${name} > ${name}.txt`,
    )
  ).trim();
const see = async (id: string): Promise<Task> => home.json<Task>('task', 'status', id);
const result = (id: string): Promise<Task> =>
  home.json<Task>('task', 'result', id, '--wait', '--timeout', '20s');
const there = (): string[] => ['1', '2', '3'].filter((name) => existsSync(`${repo.path}/${name}.txt`));
const checkpoints = async (): Promise<readonly CheckpointView[]> =>
  (await home.json<CheckpointList>('checkpoint', 'list', 'coder')).checkpoints;
const rollback = (...args: string[]): Promise<RollbackReply> =>
  home.json<RollbackReply>('rollback', 'coder', ...args);
const standing = async (ids: readonly string[]): Promise<string[]> =>
  (await Promise.all(ids.map(see))).map(({ state, isHeld }) => `${state}${isHeld ? ', held' : ''}`);

test('back to where the first of three tasks had ended, forward again, and on from there', async () => {
  await coder();
  const ids = [await write('1'), await write('2'), await write('3')];
  const tasks = await Promise.all(ids.map(result));
  const made = await checkpoints();
  expect(made.map(({ trigger, message }) => `${trigger} ${message}`).toReversed()).toEqual(
    ids.flatMap((id, i) => ['before', 'after'].map((when) => `task ${when} ${id} write ${i + 1}`)),
  );
  const [first] = tasks as [Task];
  expect(tasks.flatMap(({ checkpoints: { before, after } }) => [before, after])).toEqual(
    made.map(({ id }) => id).toReversed(),
  );
  expect(await home.ok('checkpoint', 'show', first.checkpoints.after ?? '')).toMatch(
    // How many there were by then is a matter of how fast they were submitted.
    new RegExp(`tasks +after ${first.id} \\(1 of [123]\\)`),
  );

  const after = first.checkpoints.after ?? '';
  expect(await rollback(after, '--dry-run')).toMatchObject({ dryRun: true, tasksHeld: 2 });
  expect(await rollback(after)).toMatchObject({ tasksHeld: 2, restarted: true });
  expect(there()).toEqual(['1']);
  expect(await standing(ids)).toEqual(['completed', 'pending, held', 'pending, held']);
  expect(await see(ids[1] ?? '')).toMatchObject({
    result: null,
    reason: expect.stringContaining(`muxward task resume ${ids[1]}`),
  });

  expect(await rollback('--undo')).toMatchObject({ tasksHeld: 0 });
  expect(there()).toEqual(['1', '2', '3']);
  expect(await Promise.all(ids.map(see))).toEqual(tasks);

  // Files alone are no position in tasks.
  expect(await rollback(after, '--files-only')).toMatchObject({ tasksHeld: 0 });
  expect(there()).toEqual(['1']);
  expect(await standing(ids)).toEqual(['completed', 'completed', 'completed']);
  await rollback('--undo');

  const text = await home.ok('rollback', 'coder', after);
  expect(text).toContain('2 tasks undone and held');
  expect(text).toContain('muxward task resume --agent coder');
  await home.ok('task', 'resume', ids[1] ?? '');
  expect(await result(ids[1] ?? '')).toMatchObject({ state: 'completed', attempt: 1 });
  expect(there()).toEqual(['1', '2']);
  await home.ok('task', 'resume', '--agent', 'coder');
  expect(await result(ids[2] ?? '')).toMatchObject({ state: 'completed' });
  expect(there()).toEqual(['1', '2', '3']);
});

test('what runs while its agent is rolled back is cancelled and held; stages of a plan share the checkpoint between them', async () => {
  await coder();
  const from = { cwd: repo.path, env: { ...home.env }, umask: 0o022 };
  const stage = (name: string, after: string[]): object => ({
    key: name,
    description: name,
    agent: 'coder',
    command: ['sh', '-c', `echo ${name} > ${name}.txt`],
    after,
  });
  const { tasks: stages } = await home.ask(
    (client) =>
      client.call('POST /api/tasks', {
        tasks: [stage('1', []), stage('2', ['1'])],
        from,
        plan: { name: 'two', strategy: 'pipeline' },
      } as never),
    'status',
  );
  const [one, two] = (await Promise.all(stages.map(({ id }) => result(id)))) as [Task, Task];
  expect((await checkpoints()).map(({ trigger }) => trigger).toReversed()).toEqual(['task', 'stage', 'task']);
  expect(two.checkpoints.before).toBe(one.checkpoints.after);

  const running = (
    await home.ok(
      'task',
      'submit',
      'lasts',
      '--agent',
      'coder',
      '--',
      'sh',
      '-c',
      'echo 3 > 3.txt; sleep 1000',
    )
  ).trim();
  await eventually(() => there().includes('3'), 'it runs');
  const pids = pidsWithVariable(`MUXWARD_TASK=${running}`);
  expect(pids.length).toBeGreaterThan(0);
  expect(await rollback(one.checkpoints.after ?? '')).toMatchObject({ tasksHeld: 2 });
  expect(pids.filter(isAlive)).toEqual([]);
  expect(there()).toEqual(['1']);
  expect(await standing([one.id, two.id, running])).toEqual(['completed', 'pending, held', 'pending, held']);
  expect(await rollback('--undo')).toMatchObject({ tasksHeld: 0 });
  expect(await standing([one.id, two.id, running])).toEqual(['completed', 'completed', 'pending, held']);
});

test('a checkpoint that fails is told and stops no task, and none is made where that is said', async () => {
  home.configure('checkpoint: {max_size: 1KB}\n');
  await coder();
  writeFileSync(`${repo.path}/large.txt`, 'x'.repeat(4096));
  expect(await result(await write('1'))).toMatchObject({
    state: 'completed',
    checkpoints: { before: null, after: null },
  });
  expect((await home.events()).filter(({ type }) => type === 'checkpoint.failed')).toMatchObject([
    { agent: 'coder', data: { trigger: 'task' } },
    { agent: 'coder', data: { trigger: 'task' } },
  ]);
  await home.ok('daemon', 'stop');
  home.configure('checkpoint: {tasks: false}\n');
  expect(await result(await write('2'))).toMatchObject({
    state: 'completed',
    checkpoints: { before: null, after: null },
  });
  expect(await checkpoints()).toEqual([]);
});
