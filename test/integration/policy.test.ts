// The restart policy with real processes, `wait`, and commands that cross one another.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, isAlive, MuxwardHome, pidsWithArgument } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
  home.configure('restart: {base_delay: 100ms, max_delay: 10s}\n');
});

afterAll(() => home.end());

/** How often a script ran that appends a line to `runs-NAME`. */
const runs = (name: string): number =>
  existsSync(home.file(`runs-${name}`))
    ? readFileSync(home.file(`runs-${name}`), 'utf8')
        .trim()
        .split('\n').length
    : 0;
const counting = (name: string, then: string): string[] => [
  '--',
  'sh',
  '-c',
  `echo >>"$0"; echo run >>${home.file(`runs-${name}`)}; ${then}`,
  '/dev/null',
];

describe('restart', () => {
  test('SIGKILL: back with a new process, in the same session, one restart', async () => {
    const before = await home.spawn('killed', '--', 'sleep', '1000');
    process.kill(before.pid ?? Number.NaN, 'SIGKILL');
    const after = await home.agentThat(
      'killed',
      'came back',
      ({ pid, state }) => state === 'ready' && pid !== before.pid,
    );
    expect(after).toMatchObject({ restarts: 1, generation: 2, pane: before.pane, exit: null });
    const types = (await home.events('--agent', 'killed')).map(({ type, data }) =>
      type === 'agent.changed' ? `→${data.to}` : type,
    );
    expect(types.slice(types.indexOf('agent.ended'))).toEqual([
      'agent.ended',
      'agent.judged',
      '→spawning',
      '→ready',
      'agent.started',
    ]);
  });

  test.each([
    ['no', 'exit 0', 'terminated', 1],
    ['no', 'exit 3', 'failed', 1],
    ['on-failure', 'exit 0', 'terminated', 1],
    ['on-failure', 'exit 3', 'failed', 3],
    ['always', 'exit 0', 'failed', 3],
  ])('%s, and it ends with %s: %s after %i runs', async (policy, how, state, times) => {
    const name = `${policy}-${how.replace(' ', '')}`;
    await home.spawn(name, '--restart', policy, '--max-restarts', '2', ...counting(name, how));
    const agent = await home.agentThat(name, `is ${state}`, (one) => one.state === state);
    expect(agent).toMatchObject({
      pid: null,
      restarts: times - 1,
      generation: times,
      exit: { kind: 'exited', code: Number(how.slice(5)), signal: null },
    });
    expect([runs(name), agent.reason.includes(', 3 times in ')]).toEqual([times, times > 1]);
  });

  test('--max-restarts 0 is one run', async () => {
    await home.spawn('single', '--max-restarts', '0', ...counting('single', 'exit 1'));
    const { reason, restarts } = await home.agentThat('single', 'failed', ({ state }) => state === 'failed');
    expect([runs('single'), restarts, reason]).toEqual([1, 0, expect.stringContaining('no restart')]);
  });

  test('many that crash at once: each is run again in its own session', async () => {
    await home.ok('spawn', 'mayfly', '--count', '30', '--max-restarts', '2', '--', 'false');
    const ended = async (): Promise<boolean> =>
      (await home.agents()).every(({ name, state }) => !name.startsWith('mayfly') || state === 'failed');
    await eventually(ended, 'all have given up');
    const agents = (await home.agents()).filter(({ name }) => name.startsWith('mayfly'));
    expect(
      new Set(
        agents.map(
          ({ exit, restarts, reason }) =>
            `${exit?.kind} ${exit?.code} ${restarts} ${reason.replace(/\d+ s$/, 'n s')}`,
        ),
      ),
    ).toEqual(new Set(['exited 1 2 exit 1, 3 times in n s']));
  });

  test('back-off grows', async () => {
    await home.spawn('loop', '--max-restarts', '4', '--', 'false');
    await home.agentThat('loop', 'failed', ({ state }) => state === 'failed');
    const events = await home.events('--agent', 'loop');
    const endedAt = events.filter(({ type }) => type === 'agent.ended').map(({ at }) => Date.parse(at));
    const startedAt = events.filter(({ type }) => type === 'agent.started').map(({ at }) => Date.parse(at));
    const waits = endedAt.slice(0, -1).map((at, i) => (startedAt[i + 1] ?? 0) - at);
    // At once, then 100, 200 and 400 ms, each at least four fifths of it.
    expect(waits.map((ms, i) => ms >= [0, 80, 160, 320][i]!)).toEqual([true, true, true, true]);
    expect(waits[0]).toBeLessThan(waits[3] as number);
  });

  test('a folder that has gone is the end of it', async () => {
    const cwd = home.file('soon-gone');
    mkdirSync(cwd);
    const { pid } = await home.spawn('homeless', '--cwd', cwd, '--', 'sleep', '1000');
    rmSync(cwd, { recursive: true });
    process.kill(pid ?? Number.NaN, 'SIGKILL');
    const agent = await home.agentThat('homeless', 'failed', ({ state }) => state === 'failed');
    expect([agent.exit?.kind, agent.reason]).toEqual(['missing-cwd', expect.stringContaining('soon-gone')]);
  });

  test('a leftover of the last run is gone before the next begins', async () => {
    const pids = home.file('left');
    await home.spawn(
      'leaver',
      '--',
      'sh',
      '-c',
      `sleep 4242 & echo $! >>${pids}; [ "$MUXWARD_GENERATION" = 1 ] && exit 1; wait`,
    );
    await home.agentThat(
      'leaver',
      'runs again',
      ({ state, generation }) => state === 'ready' && generation === 2,
    );
    const [first] = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
    expect(isAlive(first ?? 0)).toBe(false);
  });
});

describe('wait', () => {
  test('ends with the agent’s own status; 128 and more for a signal', async () => {
    await home.spawn('seven', '--restart', 'no', '--', 'sh', '-c', 'sleep 0.3; exit 7');
    expect((await home.run(['wait', 'seven'])).status).toBe(7);
    await home.spawn('fine', '--', 'sleep', '0.2');
    expect((await home.run(['wait', 'fine'])).status).toBe(0);
    await home.spawn('shot', '--restart', 'no', '--', 'sh', '-c', 'sleep 0.2; kill -USR1 $$');
    const { status, stdout } = await home.run(['wait', '--json', 'shot']);
    expect([status, JSON.parse(stdout).agents[0].exit.signal]).toEqual([138, 'SIGUSR1']);
    expect((await home.run(['wait', 'seven', 'fine'])).status).toBe(7);
  });

  test('--for ready, healthy, a state; what can no longer be is status 1', async () => {
    await home.spawn('slow', '--health-cmd', `test -e ${home.file('well')}`, '--', 'sleep', '1000');
    expect((await home.run(['wait', 'slow', '--for', 'ready'])).status).toBe(0);
    const healthy = home.run(['wait', 'slow', '--for', 'healthy']);
    appendFileSync(home.file('well'), '');
    expect((await healthy).status).toBe(0);
    expect((await home.agent('slow')).health.status).toBe('healthy');
    const paused = home.run(['wait', 'slow', '--for', 'paused']);
    await home.ok('pause', 'slow');
    expect((await paused).status).toBe(0);
    await home.spawn('sick', '--health-cmd', 'false', '--', 'sleep', '1000');
    const never = home.run(['wait', 'sick', '--for', 'healthy']);
    await home.ok('stop', 'sick');
    expect((await never).status).toBe(1);
    expect((await home.run(['wait', 'sick', '--for', 'failed'])).status).toBe(1);
  });

  test('--timeout: status 5, and what it is now', async () => {
    await home.spawn('lasting', '--', 'sleep', '1000');
    const { status, stderr } = await home.run(['wait', 'lasting', '--timeout', '200ms']);
    expect([status, stderr]).toEqual([5, expect.stringContaining('lasting is ready')]);
  });
});

describe('commands that cross', () => {
  /** How many processes of that agent run: it sleeps for so many seconds. */
  const instances = (seconds: string): number => pidsWithArgument(seconds).filter(isAlive).length;

  test('stop during the back-off: it stays down', async () => {
    await home.spawn(
      'patient',
      '--max-restarts',
      '9',
      ...counting(
        'patient',
        '[ $(wc -l <' + home.file('runs-patient') + ') -lt 5 ] || exec sleep 33331; exit 1',
      ),
    );
    await eventually(() => runs('patient') >= 3, 'it has crashed some times');
    await home.ok('stop', 'patient');
    const stopped = runs('patient');
    expect(await home.agent('patient')).toMatchObject({ state: 'terminated', pid: null });
    await home.spawn('later', '--', 'sleep', '1');
    await home.ok('wait', 'later');
    expect([runs('patient'), (await home.agent('patient')).state]).toEqual([stopped, 'terminated']);
  });

  test('start during a slow stop: exactly one runs in the end', async () => {
    await home.spawn(
      'torn',
      '--',
      'sh',
      '-c',
      'trap "sleep 0.5; exit 0" TERM; while :; do sleep 0.05; done',
      'sh',
      '33332',
    );
    const stopping = home.run(['stop', 'torn']);
    await home.agentThat('torn', 'is ending', ({ state }) => state === 'terminating');
    const started = await home.run(['start', 'torn']);
    await stopping;
    expect(started.status).toBe(0);
    const agent = await home.agentThat('torn', 'runs', ({ state }) => state === 'ready');
    expect([agent.restarts, agent.generation, instances('33332')]).toEqual([0, 2, 1]);
  });

  test('stop while it restarts: none runs in the end', async () => {
    await home.spawn(
      'torn2',
      '--',
      'sh',
      '-c',
      'trap "sleep 0.5; exit 0" TERM; while :; do sleep 0.05; done',
      'sh',
      '33333',
    );
    const restarting = home.run(['restart', 'torn2']);
    await home.agentThat('torn2', 'is ending', ({ state }) => state === 'terminating');
    const stopped = await home.run(['stop', 'torn2']);
    await restarting;
    expect(stopped.status).toBe(0);
    await home.agentThat('torn2', 'is down', ({ state }) => state === 'terminated');
    expect(instances('33333')).toBe(0);
  });

  test('ten restarts at once: one process', async () => {
    await home.spawn('shaken', '--', 'sleep', '33334');
    const ran = await Promise.all(Array.from({ length: 10 }, () => home.run(['restart', 'shaken'])));
    expect(ran.map(({ status }) => status)).toEqual(ran.map(() => 0));
    const agent = await home.agentThat('shaken', 'runs', ({ state }) => state === 'ready');
    expect([pidsWithArgument('33334').filter(isAlive), agent.restarts]).toEqual([[agent.pid], 0]);
  });
});
