// Tasks with real processes: how they end, in which order, and that nothing is lost where the daemon is killed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { SubmitReply, Task, TaskWish } from '../../src/core/task.ts';
import {
  documents,
  eventually,
  isAlive,
  MuxwardHome,
  pidsWithVariable,
  statusOf,
} from '../helpers/muxward-home.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
  home.configure('stop_grace: 300ms\n');
});

afterAll(() => home.end());

const submit = async (...args: string[]): Promise<string> =>
  (await home.ok('task', 'submit', ...args)).trim();
const sh = (text: string): string[] => ['--', 'sh', '-c', text];
const see = (id: string): Promise<Task> =>
  home.ask(
    (client, signal) => client.call('GET /api/tasks/:id', undefined, { path: { id }, signal }),
    'task',
    'status',
    id,
  );

async function submitAll(
  tasks: readonly TaskWish[],
  plan?: { name: string; strategy: string; maxParallel?: number },
): Promise<SubmitReply> {
  const from = { cwd: home.work, env: { ...home.env }, umask: 0o022 };
  return await home.ask(
    (client, signal) =>
      client.call('POST /api/tasks', { tasks, from, ...(plan === undefined ? {} : { plan }) }, { signal }),
    'status',
  );
}

function taskThat(id: string, what: string, test: (task: Task) => boolean): Promise<Task> {
  return eventually(async () => {
    const task = await see(id);
    return test(task) ? task : false;
  }, `${id} ${what}`);
}

const over = (id: string): Promise<Task> =>
  taskThat(
    id,
    'is over',
    ({ state }) => state === 'completed' || state === 'failed' || state === 'cancelled',
  );
const list = async (): Promise<Task[]> => (await home.json<{ tasks: Task[] }>('task', 'list')).tasks;
const agentsOfTasks = async (): Promise<string[]> =>
  (await home.agents()).map(({ name }) => name).filter((name) => name.startsWith('task_'));
const hold = (name: string): string => `while [ ! -e ${home.file(name)} ]; do sleep 0.05; done`;
const free = (name: string): void => writeFileSync(home.file(name), '');

test('what cannot be done is refused before anything is stored', async () => {
  const refused = async (status: number, words: RegExp, ...args: string[]): Promise<void> => {
    const ran = await home.run(['task', ...args]);
    expect(`${ran.status} ${ran.stderr}`).toMatch(new RegExp(`^${status} [^]*${words.source}`));
  };
  await refused(2, /needs somebody who does it/, 'submit', 'x');
  await refused(2, /nixda was not found/, 'submit', 'x', '--', 'nixda');
  await refused(2, /--priority: "urgent"/, 'submit', 'x', '--priority', 'urgent', '--', 'true');
  await refused(3, /nobody/, 'submit', 'x', '--agent', 'nobody', '--', 'true');
  await refused(3, /no task task_1/, 'submit', 'x', '--after', 'task_1', '--', 'true');
  await refused(2, /is no state of a task/, 'list', '--state', 'done');
  await refused(3, /no task task_1/, 'status', 'task_1');
  expect(await home.ok('task', 'list')).toMatch(/^No tasks\. Submit one: /);
  const id = await submit('sleep', '--', 'sleep', '1000');
  await refused(1, /has no result yet/, 'result', id);
  await refused(5, /is not over/, 'result', id, '--wait', '--timeout', '50ms');
  await home.ok('task', 'cancel', id);
});

describe('a task', () => {
  test('runs in the caller’s folder with a mark of its own; --wait gives what it printed and its own status', async () => {
    const done = await home.run(
      ['task', 'submit', 'say', '--wait', ...sh('echo "$(pwd) $KIND"; test -n "$MUXWARD_TASK"')],
      { env: { KIND: 'mine' } },
    );
    expect(done).toEqual({ status: 0, stdout: `${home.work} mine\n`, stderr: '' });
    const failed = await home.run(['task', 'submit', 'fail', '--wait', ...sh('echo no; exit 7')]);
    expect(failed).toMatchObject({ status: 7, stdout: 'no\n', stderr: expect.stringContaining('exit 7') });
    const signalled = await home.run(['task', 'submit', 'die', '--wait', ...sh('kill -KILL $$')]);
    expect(signalled.status).toBe(137);
    const tasks = (await list()).slice(-3);
    expect(tasks.map(({ description, state, result }) => [description, state, result?.status])).toEqual([
      ['say', 'completed', 0],
      ['fail', 'failed', 7],
      ['die', 'failed', null],
    ]);
    // Its agent is forgotten, and what it printed is still there.
    expect(await agentsOfTasks()).toEqual([]);
    expect(await home.ok('task', 'logs', tasks[1]?.id ?? '')).toBe('no\n');
  });

  test('tells how far it is, by its output and by the command', async () => {
    const id = await submit(
      'count',
      ...sh(
        `echo "::progress 40 Analysing $(printf '\\033[31m')dependencies"; ${hold('go')}; "$MUXWARD" progress 80 Writing; ${hold('end')}; echo done`.replace(
          '"$MUXWARD"',
          `${process.cwd()}/bin/muxward`,
        ),
      ),
    );
    const watching = home.start(['task', 'watch', id, '--json']);
    await taskThat(
      id,
      'is at 40',
      ({ progress }) => progress?.percent === 40 && progress.step === 'Analysing dependencies',
    );
    await eventually(() => watching.output().includes('"percent":40'), 'who watches has seen it at 40');
    free('go');
    await taskThat(
      id,
      'is at 80',
      ({ progress }) =>
        progress?.percent === 80 && progress.step === 'Writing' && progress.remainingMs !== null,
    );
    free('end');
    expect(await statusOf(watching)).toBe(0);
    const seen = documents<Task>(watching.output());
    expect(seen.at(-1)).toMatchObject({
      state: 'completed',
      progress: { percent: 100 },
      result: { output: 'done\n' },
    });
    expect(seen.map(({ progress }) => progress?.percent)).toEqual(expect.arrayContaining([40, 80, 100]));
    const events = (await home.events()).filter(
      ({ type, data }) => type.startsWith('task.') && 'id' in data && data.id === id,
    );
    expect(events.map(({ type }) => type)).toEqual([
      'task.submitted',
      'task.started',
      'task.progress',
      'task.progress',
      'task.ended',
    ]);
    expect((await home.run(['progress', '10', '--task', id])).status).toBe(1);
  });

  test('is ended when its time is over, tried again when it failed, and ended wholly when it is cancelled', async () => {
    const late = await submit('late', '--timeout', '1s', '--', 'sleep', '1000');
    const again = await submit(
      'again',
      '--retries',
      '2',
      '--backoff',
      '100ms',
      ...sh(`echo x >> ${home.file('tries')}; [ $(wc -l < ${home.file('tries')}) -ge 3 ]`),
    );
    const lasting = await submit(
      'lasting',
      ...sh('sleep 1000 & setsid sleep 1000 & trap "" TERM; sleep 1000'),
    );
    const after = await submit('after', '--after', lasting, '--', 'true');
    await eventually(() => pidsWithVariable(`MUXWARD_TASK=${lasting}`).length >= 4, 'all of it runs');
    const { status } = await home.run(['task', 'cancel', lasting]);
    expect(status).toBe(0);
    expect(pidsWithVariable(`MUXWARD_TASK=${lasting}`)).toEqual([]);
    expect(await see(lasting)).toMatchObject({ state: 'cancelled' });
    expect(await over(after)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(`${lasting}, which it comes after, was cancelled`),
      attempt: 0,
    });
    expect(await over(again)).toMatchObject({ state: 'completed', attempt: 3 });
    expect(await over(late)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('longer than its limit'),
    });
    expect(await agentsOfTasks()).toEqual([]);
  });

  test('that failed runs again when you say so, and with it what came to nothing because of it', async () => {
    const first = await submit('first', ...sh(`test -e ${home.file('mended')}`));
    const second = await submit('second', '--after', first, '--', 'true');
    const third = await submit('third', '--after', second, '--', 'true');
    expect(await over(third)).toMatchObject({ state: 'failed', attempt: 0 });
    free('mended');
    await home.ok('task', 'retry', first);
    for (const id of [first, second, third])
      expect(await over(id)).toMatchObject({ state: 'completed', attempt: 1 });
    expect((await home.run(['task', 'retry', first])).stderr).toContain('nothing to try again');
  });

  test('starts in order of priority and age, so many at once, and not while the queue is paused', async () => {
    await home.ok('task', 'pause');
    const note = (key: string, priority = 5, after: string[] = []): TaskWish => ({
      key,
      description: key,
      priority,
      after,
      command: ['sh', '-c', `echo ${key} >> ${home.file('order')}`],
    });
    const wishes = [note('low', 8), note('one'), note('first', 1), note('two'), note('last', 1, ['low'])];
    const { tasks } = await submitAll(wishes, { name: 'order', strategy: 'parallel', maxParallel: 1 });
    expect((await list()).slice(-5).map(({ state }) => state)).toEqual([
      'queued',
      'queued',
      'queued',
      'queued',
      'pending',
    ]);
    expect(existsSync(home.file('order'))).toBe(false);
    await home.ok('task', 'resume');
    for (const { id } of tasks) expect(await over(id)).toMatchObject({ state: 'completed' });
    expect(readFileSync(home.file('order'), 'utf8').trim().split('\n')).toEqual([
      'first',
      'one',
      'two',
      'low',
      'last',
    ]);
  });

  test('of an agent runs in its folder, one after the other; several are submitted together, or none', async () => {
    await home.spawn('coder', '--env', 'SECRET=its', '--cwd', home.work, '--', 'sleep', '1000');
    const both = `mkdir ${home.file('alone')} || exit 9; sleep 0.2; rmdir ${home.file('alone')}; echo $SECRET`;
    const before = (await list()).length;
    const { tasks, run } = await submitAll(
      [
        { key: 'a', description: 'a', agent: 'coder', command: ['sh', '-c', both] },
        { key: 'b', description: 'b', agent: 'coder', command: ['sh', '-c', both] },
        {
          key: 'c',
          description: 'c',
          after: ['a', 'b'],
          command: ['sh', '-c', 'cat $MUXWARD_TASK_INPUT; echo end'],
        },
      ],
      { name: 'plan', strategy: 'pipeline' },
    );
    const [a, b, c] = await Promise.all(tasks.map(({ id }) => over(id)));
    expect([a, b, c].map((task) => task?.state)).toEqual(['completed', 'completed', 'completed']);
    expect(c).toMatchObject({
      result: { output: 'its\nits\nend\n' },
      after: [a?.id, b?.id],
      plan: { run, stage: 3, of: 3 },
    });
    const circle = submitAll([
      { key: 'a', description: 'a', command: ['true'], after: ['b'] },
      { key: 'b', description: 'b', command: ['true'], after: ['a'] },
    ]);
    await expect(circle).rejects.toThrow('a → b → a');
    await expect(
      submitAll([
        { description: 'fine', command: ['true'] },
        { description: 'not', agent: 'coder' },
      ]),
    ).rejects.toThrow('does not tell when it is done');
    expect((await list()).length).toBe(before + 3);
    expect(await home.ok('queue', 'coder', '--once')).toContain('2 tasks');
    const more = await submitAll(
      [
        { description: 'x', command: ['sleep', '1000'] },
        { description: 'y', command: ['sleep', '1000'] },
      ],
      { name: 'plan', strategy: 'parallel' },
    );
    await home.ok('task', 'cancel', more.run ?? '');
    for (const { id } of more.tasks) expect(await see(id)).toMatchObject({ state: 'cancelled' });
  });

  test('is told to an agent that shows on its screen when it is done', async () => {
    const prompt = `while :; do printf '>>> '; read -r word rest || exit 0; case $word in busy) until [ -e "$rest" ]; do sleep 0.05; done;; esac; done`;
    await home.spawn('py', '--type', 'python', '--', home.script('repl', prompt));
    const one = await submit(`busy ${home.file('typed')}`, '--agent', 'py');
    const two = await submit('busy /', '--agent', 'py');
    await taskThat(one, 'runs', ({ state }) => state === 'running');
    await eventually(
      async () => (await home.events()).some(({ type }) => type === 'agent.typed'),
      'it was typed',
    );
    process.kill(await home.daemonPid(), 'SIGKILL');
    expect(await see(two)).toMatchObject({ state: 'queued', attempt: 0 });
    free('typed');
    expect(await over(one)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(await over(two)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(home.log('py').split('busy').length - 1).toBe(2);
    const three = await submit('busy /never', '--agent', 'py');
    await taskThat(three, 'runs', ({ state }) => state === 'running');
    await home.ok('stop', 'py');
    expect(await over(three)).toMatchObject({ state: 'failed', reason: expect.stringContaining('py ended') });
  });

  test('goes on while the daemon is killed, and the next one takes up what it gave', async () => {
    const one = await submit('one', ...sh(`echo from one; ${hold('killed')}; exit 5`));
    const two = await submit(
      'two',
      ...sh(`echo start >> ${home.file('two')}; ${hold('killed')}; echo end >> ${home.file('two')}`),
    );
    const next = await submit('next', '--after', two, ...sh('echo next'));
    const waiting = home.start(['task', 'result', two, '--wait']);
    await taskThat(two, 'runs', () => existsSync(home.file('two')));
    const pids = pidsWithVariable(`MUXWARD_TASK=${two}`);
    process.kill(await home.daemonPid(), 'SIGKILL');
    free('killed');
    await eventually(
      () => pids.every((pid) => !isAlive(pid)) || readFileSync(home.file('two'), 'utf8').includes('end'),
      'it ran through without a daemon',
    );
    expect(await over(one)).toMatchObject({
      state: 'failed',
      attempt: 1,
      result: { status: 5, output: 'from one\n' },
    });
    expect(await over(two)).toMatchObject({ state: 'completed', attempt: 1 });
    expect(readFileSync(home.file('two'), 'utf8')).toBe('start\nend\n');
    expect(await over(next)).toMatchObject({ state: 'completed', result: { output: 'next\n' } });
    expect(await statusOf(waiting)).toBe(0);
    await eventually(async () => (await agentsOfTasks()).length === 0, 'no agent of a task is left');
  });

  test('is ended with all agents, and no other one takes its turn; the next daemon goes on with the queue', async () => {
    const mark = (key: string): TaskWish => ({
      key,
      description: key,
      command: ['sh', '-c', `echo ${key} >> ${home.file('turns')}; ${hold('late')}`],
    });
    const { tasks } = await submitAll([mark('one'), mark('two')], {
      name: 'turns',
      strategy: 'parallel',
      maxParallel: 1,
    });
    await eventually(() => existsSync(home.file('turns')), 'the first one runs');
    await home.ok('daemon', 'stop', '--agents');
    expect(pidsWithVariable(`MUXWARD_HOME=${home.home}`)).toEqual([]);
    expect(readFileSync(home.file('turns'), 'utf8')).toBe('one\n');
    free('late');
    expect(await over(tasks[0]?.id ?? '')).toMatchObject({ state: 'cancelled' });
    expect(await over(tasks[1]?.id ?? '')).toMatchObject({ state: 'completed' });
  });
});
