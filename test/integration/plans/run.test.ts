// `run` and `plan` as users call them: a real daemon and real processes.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Task, TaskList } from '../../../src/core/task.ts';
import {
  documents,
  eventually,
  isAlive,
  killIfThere,
  MuxwardHome,
  statusOf,
  type Ran,
} from '../../helpers/muxward-home.ts';

interface Report {
  readonly kind: 'report';
  readonly run: string;
  readonly succeeded: boolean;
  readonly cancelled: boolean;
  readonly tasks: readonly (Pick<Task, 'id' | 'state' | 'reason' | 'attempt' | 'result'> & { readonly name: string })[];
}

let home: MuxwardHome;

/** Of the test alone; the home is that of all. */
let folder: string;

beforeAll(() => {
  home = new MuxwardHome();
  home.configure('tasks: {max_parallel: 4}\n');
});

afterAll(() => home.end());

beforeEach(({ task: { id } }) => {
  folder = home.file(`test${id}`);
  mkdirSync(folder);
});

const file = (name: string): string => path.join(folder, name);
const plan = (text: string): void => writeFileSync(file('plan.yaml'), text);
const read = (name: string): string => readFileSync(file(name), 'utf8');
const run = (...args: string[]): Promise<Ran> => home.run(['run', 'plan.yaml', ...args], { cwd: folder });
const follow = (): ReturnType<MuxwardHome['start']> =>
  home.start(['run', 'plan.yaml', '--json'], { cwd: folder });
const reportIn = (output: string): Report => documents<Report>(output).at(-1) ?? expect.fail('no report');
const states = ({ tasks }: Report): Record<string, string> =>
  Object.fromEntries(tasks.map(({ name, state }) => [name, state]));

/** Those of this test's plan. */
async function tasks(): Promise<readonly Task[]> {
  const all = (await home.json<TaskList>('task', 'list')).tasks;
  return all.filter(({ plan: of }) => of?.run === all.at(-1)?.plan?.run);
}

describe('before anything is started', () => {
  test('a circle is told by its names, with status 2', async () => {
    plan(
      'tasks:\n  a: {run: touch a, depends_on: c}\n  b: {run: touch b, depends_on: a}\n  c: {run: touch c, depends_on: b}\n  d: {run: touch d}\n',
    );
    const { status, stderr } = await run();
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('plan.yaml:2:33: depends_on goes round in a circle: a → c → b → a'),
    ]);
    expect(existsSync(file('d'))).toBe(false);
    expect((await home.run(['daemon', 'status'])).status).toBe(4);
  });

  test('an agent that is not there is told, and --dry-run only looks', async () => {
    plan('tasks:\n  a: {run: touch a}\n  b: {run: touch b, agent: nobody, depends_on: a}\n');
    for (const more of [[], ['--dry-run']]) {
      const { status, stderr } = await run(...more);
      expect([status, stderr]).toEqual([3, expect.stringContaining('nobody')]);
    }
    plan('tasks:\n  a: {run: touch a}\n  b: {run: touch b, depends_on: a}\n');
    const { status, stdout } = await run('--dry-run', '--json');
    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      expect.objectContaining({ dryRun: true, stages: [['a'], ['b']] }),
    ]);
    expect([
      (await home.json<TaskList>('task', 'list')).tasks,
      await home.agents(),
      existsSync(file('a')),
    ]).toEqual([[], [], false]);
  });
});

describe('run', () => {
  test('the example of docs/plans.md: a line for each start and end, and a report', async () => {
    const document = readFileSync(path.join(import.meta.dirname, '../../../docs/plans.md'), 'utf8');
    plan(/^```yaml\n(.*?)^```/ms.exec(document)?.[1] ?? '');
    const { status, stdout } = await run();
    expect([status, read('published')]).toEqual([0, 'app 1.4.0\nWhat is new in 1.4.0\n']);
    expect(stdout).toMatch(/^version started\nversion completed \(.*\)\n(build|notes) started\n/);
    expect(stdout).toMatch(/^spelling failed \(.*\): exit 127$/m);
    expect(stdout).toMatch(/✔ release: 4 of 5 completed, 1 failed in /);
  });

  test('a failure stops what depends on it and nothing else, and the status is 1', async () => {
    plan(`tasks:
  good: {run: "echo yes > good"}
  bad: {run: "echo no; exit 3", retries: 1, backoff: 50ms}
  after: {run: "touch after", depends_on: bad}
  further: {run: "touch further", depends_on: after}
`);
    const { status, stdout } = await run('--max-parallel', '1', '--json');
    const report = reportIn(stdout);
    expect([status, report.succeeded, states(report)]).toEqual([
      1,
      false,
      { good: 'completed', bad: 'failed', after: 'failed', further: 'failed' },
    ]);
    expect(report.tasks.find(({ name }) => name === 'bad')).toMatchObject({
      attempt: 2,
      reason: expect.stringContaining('exit 3') as string,
      result: { status: 3, output: 'no\n' },
    });
    expect(['good', 'after', 'further'].filter((name) => existsSync(file(name)))).toEqual(['good']);
  });

  test('one after the other, and what may fail does not end it', async () => {
    plan(
      'tasks:\n  c: {run: "echo c >> order", depends_on: b}\n  a: {run: "echo a >> order; exit 1", optional: true}\n  b: {run: "echo b >> order"}\n  d: {run: "echo d >> order"}\n',
    );
    expect((await run('--strategy', 'sequential')).status).toBe(0);
    expect(read('order')).toBe('b\nc\na\nd\n');
  });

  test('never more at once than the plan allows', async () => {
    const names = ['a', 'b', 'c', 'd'];
    plan(
      `max_parallel: 2\ntasks:\n${names.map((name) => `  ${name}: {run: "echo + >> log; until [ -e go ]; do sleep 0.02; done; echo - >> log"}\n`).join('')}`,
    );
    const running = follow();
    await eventually(() => existsSync(file('log')) && read('log') === '+\n+\n', 'two have started');
    expect((await tasks()).map(({ state }) => state)).toEqual(['running', 'running', 'queued', 'queued']);
    writeFileSync(file('go'), '');
    expect(await statusOf(running)).toBe(0);
    expect(read('log').replaceAll('\n', '')).toHaveLength(8);
  });
});

describe('a run that is left', () => {
  test('by Ctrl-C is cancelled, and nothing of it runs when the command ends', async () => {
    plan('tasks:\n  a: {run: "echo $$ > pid; exec sleep 1000"}\n  b: {run: touch b, depends_on: a}\n');
    const running = follow();
    const pid = Number(await eventually(() => existsSync(file('pid')) && read('pid').trim(), 'a runs'));
    await eventually(() => running.output().includes('"running"'), 'it is told');
    running.kill('SIGINT');
    expect(await statusOf(running)).toBe(130);
    expect(isAlive(pid)).toBe(false);
    const report = reportIn(running.output());
    expect([report.cancelled, states(report)]).toEqual([true, { a: 'cancelled', b: 'cancelled' }]);
  });

  test('goes on when its daemon is killed, and each task runs once', async () => {
    plan(
      'tasks:\n  a: {run: "echo a >> ran; until [ -e go ]; do sleep 0.02; done"}\n  b: {run: "echo b >> ran", depends_on: a}\n',
    );
    const running = follow();
    await eventually(() => existsSync(file('ran')), 'a runs');
    const daemon = await home.daemonPid();
    killIfThere(daemon);
    await eventually(() => !isAlive(daemon), 'the daemon is dead');
    writeFileSync(file('go'), '');
    expect(await statusOf(running)).toBe(0);
    expect([read('ran'), states(reportIn(running.output()))]).toEqual([
      'a\nb\n',
      { a: 'completed', b: 'completed' },
    ]);
  });

  test('with --detach goes on by itself, and can be watched later', async () => {
    plan('tasks:\n  a: {run: "until [ -e go ]; do sleep 0.02; done"}\n  b: {run: touch b, depends_on: a}\n');
    const { run: id } = JSON.parse((await run('--detach', '--json')).stdout) as { run: string };
    expect((await tasks()).map(({ plan: of }) => of)).toMatchObject([
      { run: id, task: 'a' },
      { run: id, task: 'b' },
    ]);
    const watching = home.start(['task', 'watch', id]);
    await eventually(() => watching.output().includes('a started'), 'it is shown');
    writeFileSync(file('go'), '');
    expect(await statusOf(watching)).toBe(0);
    expect([existsSync(file('b')), watching.output()]).toEqual([true, expect.stringContaining('2 of 2 completed')]);
  });
});

test('a plan of three stages on one agent: outputs handed on, checkpoints between, back to one and forward again', async () => {
  execFileSync('git', ['init', '-q', file('repo')]);
  await home.spawn('coder', '--cwd', file('repo'), '--', 'sleep', '1000');
  plan(`strategy: pipeline
tasks:
  one: {agent: coder, run: "touch one; echo of one"}
  two: {agent: coder, run: 'cp "$MUXWARD_TASK_INPUT" two; echo of two'}
  three: {agent: coder, run: 'cat "$MUXWARD_TASK_INPUT" >> three; echo run >> ../runs'}
`);
  expect((await run()).status).toBe(0);
  expect([read('repo/two'), read('repo/three')]).toEqual(['of one\n', 'of two\n']);
  const { checkpoints } = await home.json<{ checkpoints: { id: string; trigger: string }[] }>(
    'checkpoint',
    'list',
    'coder',
  );
  const between = checkpoints.filter(({ trigger }) => trigger === 'stage');
  expect(between.length).toBeGreaterThanOrEqual(2);

  const afterOne = between.at(-1)?.id ?? '';
  await home.ok('rollback', 'coder', afterOne);
  expect(['one', 'two', 'three'].filter((name) => existsSync(file(`repo/${name}`)))).toEqual(['one']);
  expect((await tasks()).map(({ state, isHeld }) => [state, isHeld])).toEqual([
    ['completed', false],
    ['pending', true],
    ['pending', true],
  ]);

  await home.ok('task', 'resume', '--agent', 'coder');
  await eventually(
    async () => (await tasks()).every(({ state }) => state === 'completed'),
    'the stages have run again',
  );
  expect([read('repo/two'), read('repo/three'), read('runs')]).toEqual([
    'of one\n',
    'of two\n',
    'run\nrun\n',
  ]);
});
