import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { InvalidConfig } from '../../../../src/config/faults.ts';
import { readPlan } from '../../../../src/config/plan/read-plan.ts';
import type { Plan, Strategy } from '../../../../src/core/plan.ts';

const read = (text: string, strategy?: Strategy): Plan => readPlan({ text, path: '/srv/shop/release.v2.yaml', file: 'release.v2.yaml', ...(strategy === undefined ? {} : { strategy }) });

/** Every fault as `line:column message (hint)`. */
function faultsOf(text: string, strategy?: Strategy): string[] {
  try {
    read(text, strategy);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return error.faults.map(({ line, column, message, hint }) => `${line}:${column} ${message} (${hint ?? ''})`);
  }
}

const task = (text: string): unknown => read(`tasks: {a: {${text}}, other: {run: "true"}}`).tasks[0];

describe('a plan', () => {
  test('that says nothing but its tasks is parallel and has the name of its file', () => {
    expect(read('tasks: {a: {run: x}}')).toMatchObject({ name: 'release-v2', strategy: 'parallel', maxParallel: null });
  });

  test('may be run with another strategy than it says', () => {
    expect(read('{max_parallel: 2, tasks: {a: {run: x}}}', 'sequential')).toMatchObject({ strategy: 'sequential', maxParallel: null });
    expect(read('{strategy: pipeline, tasks: {a: {run: x}}}', 'parallel').strategy).toBe('parallel');
  });

  test('has anchors of its own under x-', () => {
    const { tasks } = read('x-usual: &usual {retries: 2, timeout: 1h30m}\ntasks:\n  a: {<<: *usual, run: x}\n');
    expect(tasks).toMatchObject([{ retries: 2, timeoutMs: 5_400_000 }]);
  });
});

describe('a task', () => {
  test('that says everything', () => {
    expect(task('run: [make, all], description: All of it, depends_on: other, cwd: app, env: {V: 1.10, N: , T: true}, timeout: 10m, retries: 2, backoff: 5s, priority: high, optional: true')).toEqual({
      name: 'a', description: 'All of it', command: ['make', 'all'], agent: null, agentType: null, needs: ['other'], cwd: '/srv/shop/app',
      env: { V: '1.10', N: '', T: 'true' }, timeoutMs: 600_000, retries: 2, backoffMs: 5000, priority: 3, optional: true,
    });
  });

  test('that says only what it runs runs in the folder of the file', () => {
    expect(task('run: "a | b"')).toMatchObject({ description: 'a | b', command: ['sh', '-c', 'a | b'], cwd: '/srv/shop', priority: null, retries: 0, optional: false });
  });

  test('of an agent is where that agent works', () => {
    expect(task('run: [make], agent: coder, env: {A: b}')).toMatchObject({ command: ['make'], agent: 'coder', cwd: null, env: { A: 'b' } });
    expect(task('prompt: Review it, agent: reviewer')).toMatchObject({ description: 'Review it', command: null, agent: 'reviewer', cwd: null });
    expect(task('prompt: Review it, agent_type: claude-code')).toMatchObject({ agentType: 'claude-code', cwd: '/srv/shop' });
  });
});

test('every fault is told at once, at its place, with what is valid', () => {
  const text = `strategy: hybrid
max_parallel: 0
tasks:
  build: {runs: npm run build}
  a: {run: x, depends_on: [b]}
  b: {run: x, depends_on: a}
  c: {run: x, depends_on: [a, biuld], timeout: soon, priority: 11}
  x y: {run: z}
`;
  expect(faultsOf(text)).toEqual([
    '1:11 strategy: "hybrid" is not known (One of parallel, sequential, pipeline)',
    '2:15 max_parallel: "0" is no number that fits here (a whole number from 1 to 1000)',
    expect.stringMatching(/^4:11 unknown key "runs" in tasks.build \(did you mean run\? Keys here: run, prompt, .*\)$/),
    '5:28 depends_on goes round in a circle: a → b → a (take one of these dependencies away)',
    '7:31 c depends on "biuld", which this file does not have (did you mean build? Tasks here: build, a, b, x y)',
    '7:48 tasks.c.timeout: "soon" is no duration (a number with ms, s, m, h or d, for example 30s or 1h30m)',
    '7:64 tasks.c.priority: "11" is no priority (one of critical, high, medium, low, or a number from 1 (first) to 10 (last))',
    expect.stringContaining('8:3 "x y" in tasks is no name'),
  ]);
});

test.each([
  ['', '1:1 tasks is missing'],
  ['tasks: {}', '1:8 there is no task under tasks:'],
  ['tasks: {a: {}}', '1:9 tasks.a: says neither run nor prompt'],
  ['tasks: {a: {run: x, prompt: y, agent: z}}', '1:21 tasks.a: says both run and prompt'],
  ['tasks: {a: {prompt: y}}', '1:13 tasks.a: asks nobody'],
  ['tasks: {a: {run: x, agent: y, agent_type: z}}', '1:31 tasks.a: says both agent and agent_type'],
  ['tasks: {a: {prompt: x, agent: y, env: {A: b}}}', '1:34 tasks.a: env has no meaning'],
  ['tasks: {a: {run: x, agent: y, cwd: z}}', '1:31 tasks.a: cwd has no meaning with agent: it is done where y works'],
  ['tasks: {a: {run: x, depends_on: [a]}}', '1:34 a depends on itself'],
  ['tasks: {a: {run: []}}', '1:18 tasks.a.run: a list is empty'],
  ['{strategy: sequential, max_parallel: 2, tasks: {a: {run: x}}}', '1:24 max_parallel says nothing where strategy is sequential'],
])('%s is wrong', (text, fault) => {
  expect(faultsOf(text)).toEqual([expect.stringContaining(fault)]);
});

test('a pipeline runs in the order of the file', () => {
  const text = 'tasks: {a: {run: x, depends_on: b}, b: {run: x}}';
  expect(faultsOf(text, 'pipeline')).toEqual([expect.stringContaining('1:33 a depends on b, which comes later in the pipeline')]);
  expect(faultsOf(text, 'sequential')).toEqual([]);
});

test('the examples of docs/plans.md are plans', () => {
  const document = readFileSync(path.join(import.meta.dirname, '../../../../docs/plans.md'), 'utf8');
  const examples = [...document.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text = '']) => text);
  expect(examples.length).toBeGreaterThan(1);
  expect(examples.flatMap((text) => faultsOf(text))).toEqual([]);
});
