// The daemon of a home: one, started on first need; agents live without it and are found again.
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, isAlive, MUXWARD, MuxwardHome, pidsWithArgument } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeEach(() => {
  home = new MuxwardHome();
});

afterEach(() => home.end());

/** Daemons of this home: they, and nobody else, have its path as an argument of their own. */
const daemons = (): number[] => pidsWithArgument(home.home).filter(isAlive);

/** Kills the daemon and returns when it is gone. */
async function killDaemon(): Promise<void> {
  const pid = await home.daemonPid();
  process.kill(pid, 'SIGKILL');
  await eventually(() => !isAlive(pid), 'the daemon is dead');
}

async function sessions(): Promise<string[]> {
  const lines = (await home.tmux('list-sessions', '-F', '#{session_name}')).trim().split('\n');
  return lines.filter((name) => !name.startsWith('_')).sort();
}

describe('start', () => {
  test('status starts one where there is none', async () => {
    expect(await home.run(['daemon', 'status'])).toMatchObject({ status: 4 });
    const { agents, daemon } = JSON.parse(await home.ok('--json', 'status'));
    expect([agents, daemons()]).toEqual([[], [daemon.pid]]);
    expect(daemon).toEqual({
      pid: expect.any(Number),
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      uptimeMs: expect.any(Number),
    });
  });

  test('twenty commands at once start one', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `w${i}`);
    const ran = await Promise.all(names.map((name) => home.run(['spawn', name, '--', 'sleep', '1000'])));
    expect(ran.map(({ status, stderr }) => [status, stderr])).toEqual(names.map(() => [0, '']));
    expect(daemons()).toEqual([await home.daemonPid()]);
    const started = (await home.events()).filter(({ type }) => type === 'daemon.started');
    expect(started).toHaveLength(1);
    expect(await sessions()).toEqual([...names].sort());
  });

  test('a second daemon leaves the home to the first', async () => {
    await home.ok('daemon', 'start');
    const pid = await home.daemonPid();
    expect(await home.ok('daemon', 'start')).toContain(`pid ${pid}`);
    // Started past the command line, as a service manager does.
    const { stdout } = await promisify(execFile)(`${MUXWARD}d`, ['--home', home.home], { env: home.env });
    expect(stdout).toContain('another daemon serves');
    expect([(await home.spawn('a', '--', 'sleep', '1000')).state, daemons()]).toEqual(['ready', [pid]]);
  });

  test('a socket that nobody listens to is no hindrance', async () => {
    await home.ok('daemon', 'start');
    await killDaemon();
    const { agents } = await home.json<{ agents: unknown[] }>('status');
    expect(agents).toEqual([]);
    // A plain file in its place, as an unlucky copy of a home leaves one.
    await home.ok('daemon', 'stop');
    rmSync(path.join(home.home, 'api.sock'), { force: true });
    writeFileSync(path.join(home.home, 'api.sock'), '');
    expect(await home.ok('status', '--json')).toContain('"agents":[]');
    expect(daemons()).toHaveLength(1);
  });

  test('survives the terminal and the process group of its starter', async () => {
    const starter = home.start(['status'], {});
    await eventually(() => starter.exitCode !== null, 'the starter has ended');
    const [pid] = daemons();
    expect(pid).toEqual(await home.daemonPid());
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    // Session and group are its own, and it has no terminal.
    expect([fields[2], fields[3], fields[4]]).toEqual([String(pid), String(pid), '0']);
  });
});

describe('SIGKILL', () => {
  test('agents keep their processes; the next command adopts them, counting no restart', async () => {
    await home.ok('spawn', 'w', '--count', '5', '--', 'sleep', '1000');
    const before = await home.agents();
    await killDaemon();
    expect(before.map(({ pid }) => isAlive(pid ?? 0))).toEqual(before.map(() => true));
    const after = await home.agents();
    const known = (agents: typeof before): unknown =>
      agents.map(({ id, name, pid, generation, restarts, pane, createdAt }) => ({
        id,
        name,
        pid,
        generation,
        restarts,
        pane,
        createdAt,
      }));
    expect(known(after)).toEqual(known(before));
    expect(after.map(({ state }) => state)).toEqual(before.map(() => 'ready'));
    expect(await sessions()).toEqual(before.map(({ name }) => name).sort());
    const adopted = (await home.events()).filter(({ type }) => type === 'agent.adopted');
    expect(new Set(adopted.map(({ agent }) => agent))).toEqual(new Set(before.map(({ name }) => name)));
  });

  test('an adopted agent is looked after as before', async () => {
    const { pid } = await home.spawn('a', '--', 'sleep', '1000');
    await killDaemon();
    await home.agents();
    process.kill(pid ?? Number.NaN, 'SIGKILL');
    const again = await home.agentThat(
      'a',
      'came back',
      (agent) => agent.state === 'ready' && agent.pid !== pid,
    );
    expect([again.restarts, again.generation]).toEqual([1, 2]);
    await home.ok('stop', 'a');
    expect(isAlive(again.pid ?? 0)).toBe(false);
  });

  test('an agent that ended meanwhile is judged once, by its own exit status', async () => {
    const go = home.file('go');
    const { pid } = await home.spawn(
      'a',
      '--restart',
      'no',
      '--',
      'sh',
      '-c',
      `while [ ! -e ${go} ]; do sleep 0.05; done; exit 7`,
    );
    await killDaemon();
    writeFileSync(go, '');
    await eventually(() => !isAlive(pid ?? 0), 'the agent has ended');
    const agent = await home.agentThat('a', 'was judged', ({ state }) => state === 'failed');
    expect(agent.exit).toMatchObject({ kind: 'exited', code: 7, signal: null });
    await killDaemon();
    expect((await home.agent('a')).state).toBe('failed');
    const judged = (await home.events('--agent', 'a')).filter(({ type }) => type === 'agent.judged');
    expect(judged).toHaveLength(1);
  });

  test('one that was killed meanwhile comes back once, in its own session', async () => {
    const { pid } = await home.spawn('a', '--', 'sleep', '1000');
    await killDaemon();
    process.kill(pid ?? Number.NaN, 'SIGKILL');
    await eventually(() => !isAlive(pid ?? 0), 'the agent is dead');
    const again = await home.agentThat('a', 'came back', ({ state }) => state === 'ready');
    expect([again.restarts, again.generation, await sessions()]).toEqual([1, 2, ['a']]);
    expect(pidsWithArgument('1000').filter((one) => isAlive(one) && one === again.pid)).toHaveLength(1);
  });

  test('an agent that waited for its back-off is started when that is over', async () => {
    home.configure('restart: {base_delay: 2s}\n');
    await home.run(['spawn', 'crasher', '--max-restarts', '2', '--', 'sh', '-c', 'sleep 0.2; exit 1']);
    await home.agentThat('crasher', 'waits', ({ state, restarts }) => state === 'spawning' && restarts === 2);
    await killDaemon();
    const { restarts, reason, generation } = await home.agentThat('crasher', 'has failed', ({ state }) => state === 'failed', 20_000);
    expect({ restarts, generation }).toEqual({ restarts: 2, generation: 3 });
    expect(reason).toContain('3 times');
  });

  test('in the middle of many starts: exactly one process and session each', async () => {
    await home.ok('daemon', 'start');
    const pid = await home.daemonPid();
    const spawning = home.run(['spawn', 'w', '--count', '30', '--', 'sleep', '87654']);
    await eventually(() => pidsWithArgument('87654').length > 5, 'some run');
    process.kill(pid, 'SIGKILL');
    await spawning;
    const all = async (): Promise<boolean> => (await home.agents()).every(({ state }) => state === 'ready');
    await eventually(all, 'all that were meant to start run');
    const agents = await home.agents();
    const running = pidsWithArgument('87654').filter(isAlive);
    expect(agents).toHaveLength(30);
    expect(new Set(agents.map((agent) => agent.pid))).toEqual(new Set(running));
    expect(await sessions()).toEqual(agents.map(({ name }) => name).sort());
    expect(agents.map(({ restarts }) => restarts)).toEqual(agents.map(() => 0));
  });
});

describe('stop', () => {
  test('leaves agents; with --agents nothing is left, and they stay listed', async () => {
    const { pid } = await home.spawn('a', '--', 'sleep', '1000');
    const daemon = await home.daemonPid();
    expect(await home.ok('daemon', 'stop')).toContain(String(daemon));
    expect([isAlive(daemon), isAlive(pid ?? 0)]).toEqual([false, true]);
    expect((await home.agent('a')).pid).toBe(pid);
    await home.ok('daemon', 'stop');
    await home.ok('daemon', 'stop', '--agents');
    expect([isAlive(pid ?? 0), daemons()]).toEqual([false, []]);
    expect(await home.agent('a')).toMatchObject({
      state: 'terminated',
      pid: null,
      exit: { kind: 'stopped-by-user' },
    });
  });

  test('status and logs tell of it, with and without one', async () => {
    const none = await home.run(['daemon', 'status', '--json']);
    expect([none.status, JSON.parse(none.stdout)]).toEqual([4, { running: false, home: home.home }]);
    await home.ok('daemon', 'start');
    const pid = await home.daemonPid();
    expect(await home.json('daemon', 'status')).toMatchObject({ running: true, pid, home: home.home });
    expect(await home.ok('daemon', 'logs')).toContain(`(pid ${pid}, 0 agents)`);
    expect((await home.ok('daemon', 'logs', '-n', '1')).trim().split('\n')).toHaveLength(1);
    expect(await home.json('daemon', 'logs', '-n', '1')).toEqual({ file: path.join(home.home, 'daemon.log'), lines: [expect.any(String)] });
    expect(await home.json('daemon', 'stop', '--agents', '--dry-run')).toEqual({ dryRun: true, running: true, pid, agents: [] });
    await home.ok('daemon', 'stop');
    expect(await home.ok('daemon', 'stop')).toContain('no daemon runs');
    expect(await home.ok('daemon', 'logs')).toContain('ends: asked to');
  });
});

test('two homes never meet', async () => {
  const other = new MuxwardHome();
  try {
    await Promise.all([home.spawn('a', '--', 'sleep', '1000'), other.spawn('a', '--', 'sleep', '1000')]);
    const [here, there] = await Promise.all([home.agent('a'), other.agent('a')]);
    expect(here.pid).not.toBe(there.pid);
    await home.ok('daemon', 'stop', '--agents');
    expect([isAlive(here.pid ?? 0), isAlive(there.pid ?? 0)]).toEqual([false, true]);
  } finally {
    await other.end();
  }
});
