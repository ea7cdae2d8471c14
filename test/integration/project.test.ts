// `up` and `down` with real agents, and `doctor` in a real home.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../src/core/agent.ts';
import { eventually, isAlive, MuxwardHome } from '../helpers/muxward-home.ts';

interface UpReply {
  readonly project: string;
  readonly agents: readonly { readonly name: string; readonly outcome: string; readonly detail: string }[];
  readonly orphans: readonly string[];
  readonly removed: readonly string[];
}

let home: MuxwardHome;

beforeEach(() => {
  home = new MuxwardHome();
});

afterEach(() => home.end());

const write = (text: string, file = 'muxward.yaml'): void => writeFileSync(path.join(home.work, file), text);

/** `up --json`, whatever its status. */
async function up(...args: string[]): Promise<UpReply & { readonly status: number }> {
  const { status, stdout, stderr } = await home.run(['up', '--json', ...args]);
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as UpReply), status };
}

const outcomes = (reply: UpReply): Record<string, string> => Object.fromEntries(reply.agents.map(({ name, outcome }) => [name, outcome]));
const pids = async (): Promise<Record<string, number | null>> => Object.fromEntries((await home.agents()).map(({ name, pid }) => [name, pid]));

describe('up', () => {
  test('starts in the order of the dependencies, and the second time does nothing', async () => {
    write(`project: shop
agents:
  late: {command: "cat done > got; sleep 1000", depends_on: {job: completed}}
  job: {command: "sleep 0.3; echo yes > done"}
  many: {command: [sleep, "1000"], instances: 3}
`);
    const first = await up();
    expect([first.status, outcomes(first)]).toEqual([0, { job: 'started', late: 'started', 'many-1': 'started', 'many-2': 'started', 'many-3': 'started' }]);
    await eventually(() => existsSync(path.join(home.work, 'got')), 'late found what job had written');
    const before = await pids();
    const second = await up();
    expect([second.status, new Set(Object.values(outcomes(second)))]).toEqual([0, new Set(['unchanged'])]);
    expect(await pids()).toEqual(before);
  });

  test('restarts only what changed, and starts what was stopped', async () => {
    const text = 'agents:\n  a: {command: [sleep, "1000"], env: {X: 1}}\n  b: {command: [sleep, "1000"]}\n  c: {command: [sleep, "1000"]}\n';
    write(text);
    await up();
    const before = await pids();
    await home.ok('stop', 'c');
    write(text.replace('X: 1', 'X: 2'));
    expect(outcomes(await up())).toEqual({ a: 'restarted', b: 'unchanged', c: 'restarted' });
    const after = await pids();
    expect([after['a'] === before['a'], after['b'] === before['b'], isAlive(before['a'] ?? 0)]).toEqual([false, true, false]);
    expect((await home.agent('a')).restarts).toBe(0);
  });

  test('gives agents their own environment over the caller\'s, and shows no value of it', async () => {
    write('agents: {a: {command: "echo \\"$A $B $C\\" > out; sleep 1000", env: {B: two}, env_file: e}}');
    write('C=three\nB=never\n', 'e');
    const { stdout } = await home.run(['up', '--json'], { env: { A: 'one', B: 'caller' } });
    expect(stdout).not.toMatch(/three|"two"/);
    const { readFileSync } = await import('node:fs');
    const out = path.join(home.work, 'out');
    await eventually(() => existsSync(out) && readFileSync(out, 'utf8').trim() === 'one two three', 'the agent wrote its environment');
  });

  test('holds back what needs a failed agent, says why, and starts the rest', async () => {
    write(`agents:
  bad: {command: "exit 3", restart: "no"}
  needs: {command: sleep 1000, depends_on: {bad: completed}}
  deeper: {command: sleep 1000, depends_on: [needs]}
  other: {command: sleep 1000}
`);
    const reply = await up();
    expect(reply.status).toBe(1);
    expect(outcomes(reply)).toMatchObject({ needs: 'held-back', deeper: 'held-back', other: 'started' });
    expect(reply.agents.find(({ name }) => name === 'deeper')?.detail).toBe(
      'needs needs, which needs bad to have completed: bad failed: exit 3, and restart is "no"',
    );
    expect((await home.agents()).map(({ name }) => name).toSorted()).toEqual(['bad', 'other']);
  });

  test('waits until a dependency is healthy', async () => {
    const server = await listening();
    const { port } = server.address() as { port: number };
    try {
      write(`agents:
  db: {command: sleep 1000, health: {tcp: ${port}, interval: 200ms}}
  api: {command: sleep 1000, depends_on: {db: healthy}}
`);
      expect(outcomes(await up())).toEqual({ db: 'started', api: 'started' });
      expect((await home.agent('db')).health.status).toBe('healthy');
    } finally {
      server.close();
    }
  });

  test('gives up on a dependency that does not become healthy in time', async () => {
    write(`agents:
  db: {command: sleep 1000, health: {command: "false", interval: 200ms}}
  api: {command: sleep 1000, depends_on: {db: healthy}}
`);
    const reply = await up('--timeout', '1s');
    expect([reply.status, reply.agents.find(({ name }) => name === 'api')?.detail]).toEqual([
      1,
      expect.stringMatching(/^needs db to be healthy: db (was not healthy within 1 s|failed: )/),
    ]);
  });

  test('NAME brings it up and what it needs; a wrong one is status 3', async () => {
    write('agents: {a: {command: sleep 1000, depends_on: [b]}, b: {command: sleep 1000}, c: {command: sleep 1000}}');
    expect(outcomes(await up('a'))).toEqual({ b: 'started', a: 'started' });
    const { status, stderr } = await home.run(['up', 'd']);
    expect([status, stderr]).toEqual([3, expect.stringContaining('Agents here: b, a, c')]);
  });

  test('names what the file declares no more, and removes it when asked', async () => {
    write('project: p\nagents: {a: {command: sleep 1000}, b: {command: sleep 1000}}');
    await up();
    write('project: p\nagents: {a: {command: sleep 1000}}');
    const { stdout, stderr } = await home.run(['up']);
    expect([stdout, stderr]).toEqual([expect.stringContaining('a runs unchanged'), expect.stringContaining('No longer in muxward.yaml: b')]);
    expect(await up('--remove-orphans')).toMatchObject({ orphans: ['b'], removed: ['b'] });
    expect((await home.agents()).map(({ name }) => name)).toEqual(['a']);
  });

  test('with --dry-run says what would be done and does nothing', async () => {
    write('agents: {a: {command: sleep 1000}}');
    expect(await home.ok('up', '--dry-run')).toBe('· a would be started (new)\n');
    expect(await home.agents()).toEqual([]);
  });

  test('starts nothing where the file has faults, a program is missing or a name is taken', async () => {
    write('agents:\n  a: {command: sleep 1000}\n  b: {command: [no-such-program-here]}\n  c: {command: [nor-this]}\n');
    const missing = await home.run(['up']);
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringMatching(/muxward\.yaml:3:16: .*no-such-program-here[^]*muxward\.yaml:4:16: .*nor-this/)]);
    write('agents:\n  a: {comand: sleep 1000}\n');
    const wrong = await home.run(['up', '--json']);
    expect([wrong.status, JSON.parse(wrong.stderr)]).toEqual([2, { error: expect.objectContaining({ code: 'invalid-config', hint: expect.stringContaining('did you mean command?') }) }]);
    await home.ok('spawn', 'a', '--', 'sleep', '1000');
    write('agents:\n  b: {command: sleep 1000}\n  a: {command: sleep 1000}\n');
    const taken = await home.run(['up']);
    expect([taken.status, taken.stderr]).toEqual([2, expect.stringContaining('muxward.yaml:3:3: an agent called a is there already')]);
    expect((await home.agents()).map(({ name }) => name)).toEqual(['a']);
  });

  test('looks for the file in the folders above, and says so where there is none', async () => {
    write('agents: {a: {command: pwd; sleep 1000}}');
    const folder = path.join(home.work, 'deep/er');
    const { mkdirSync } = await import('node:fs');
    mkdirSync(folder, { recursive: true });
    expect((await home.run(['up'], { cwd: folder })).status).toBe(0);
    expect((await home.agent('a')).cwd).toBe(home.work);
    rmSync(path.join(home.work, 'muxward.yaml'));
    expect(await home.run(['up'])).toMatchObject({ status: 2, stderr: expect.stringContaining('there is no muxward.yaml') });
  });
});

describe('down', () => {
  test('ends and removes the project, and nothing else; the second time does nothing', async () => {
    write('project: p\nagents: {a: {command: sleep 1000, depends_on: [b]}, b: {command: sleep 1000}}');
    await up();
    await home.ok('spawn', 'mine', '--project', 'p', '--', 'sleep', '1000');
    const before = await pids();
    expect(await home.ok('down')).toBe('✔ a removed\n✔ b removed\n');
    expect((await home.agents()).map(({ name }) => name)).toEqual(['mine']);
    expect([isAlive(before['a'] ?? 0), isAlive(before['b'] ?? 0), isAlive(before['mine'] ?? 0)]).toEqual([false, false, true]);
    expect(await home.ok('down')).toBe('Nothing of p is there.\n');
  });

  test('with --keep leaves them listed; what up needed may be missing', async () => {
    write('agents: {a: {command: "sleep ${SECONDS_TO_SLEEP:?}", env_file: e}}');
    write('X=1', 'e');
    expect((await home.run(['up'], { env: { SECONDS_TO_SLEEP: '1000' } })).status).toBe(0);
    rmSync(path.join(home.work, 'e'));
    await home.ok('down', '--keep');
    expect((await home.agents()).map(({ name, state }: Agent) => [name, state])).toEqual([['a', 'terminated']]);
  });
});

describe('doctor', () => {
  test('works without a daemon, starts none, and leaves the home as it was', async () => {
    const { status, stdout } = await home.run(['doctor', '--json']);
    const { ok, problems, findings } = JSON.parse(stdout) as { ok: boolean; problems: number; findings: { verdict: string; message: string; remedy: string | null }[] };
    expect([status, ok]).toEqual(problems === 0 ? [0, true] : [1, false]);
    expect(findings.map(({ message }) => message)).toEqual(expect.arrayContaining([expect.stringMatching(/^tmux \d/), 'daemon starts on first need', 'settings: all defaults']));
    expect(findings.filter(({ verdict, remedy }) => verdict === 'problem' && remedy === null)).toEqual([]);
    expect(existsSync(home.home)).toBe(false);
  });

  test('knows the daemon that runs, and names faults of the configuration', async () => {
    await home.agents();
    writeFileSync(path.join(home.home, 'config.yaml'), 'log: {kep: 1}\n');
    const { status, stdout } = await home.run(['doctor']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/✔ daemon \d+\.\d+\.\d+, up /);
    expect(stdout).toMatch(/✘ .*config\.yaml:1:7: unknown key "kep" in log +→ muxward config validate/);
  });
});

async function listening(): Promise<Server> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}
