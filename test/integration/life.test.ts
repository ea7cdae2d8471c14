// stop, start, restart, pause, resume, rm: commands return when their effect is real.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/client/index.ts';
import type { ActOutcome } from '../../src/core/protocol.ts';
import { eventually, isAlive, MuxwardHome, pidsWithVariable } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
});

afterAll(() => home.end());

/** Everything that runs for this agent, whoever its parent is. */
const processesOf = (name: string): number[] =>
  pidsWithVariable(`MUXWARD_AGENT=${name}`).filter((pid) =>
    environOf(pid).includes(`MUXWARD_HOME=${home.home}`),
  );

const environOf = (pid: number): string[] => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
};

const stateOf = (pid: number): string =>
  / ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/, ''))?.[1] ?? '';

const childrenOf = (pid: number): string[] => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');

async function act(...args: string[]): Promise<ActOutcome> {
  const { outcomes } = await home.json<{ outcomes: ActOutcome[] }>(...args);
  return outcomes[0] as ActOutcome;
}

describe('stop', () => {
  test('asks with SIGTERM, and none of it is left when it returns', async () => {
    await home.spawnFake('polite', [], ['--lines', '1']);
    await eventually(() => home.truth('polite', 'started').length === 1, 'it listens to signals');
    const { pid } = await home.agent('polite');
    expect(await act('stop', 'polite')).toMatchObject({ name: 'polite', outcome: 'done' });
    expect([isAlive(pid ?? 0), processesOf('polite')]).toEqual([false, []]);
    expect(home.truth('polite').map(({ what, signal }) => signal ?? what)).toEqual([
      'started',
      'SIGTERM',
      'exit',
    ]);
    expect(await home.agent('polite')).toMatchObject({
      state: 'terminated',
      pid: null,
      exit: { kind: 'stopped-by-user' },
    });
    expect(await act('stop', 'polite')).toMatchObject({ outcome: 'unchanged' });
    await home.ok('start', 'polite');
    const again = await home.agent('polite');
    expect(await act('start', 'polite')).toMatchObject({ outcome: 'unchanged', detail: `runs already (pid ${again.pid})` });
    expect(await home.ok('restart', 'polite', '--dry-run')).toBe('polite: would restart\n');
    expect((await home.agent('polite')).generation).toBe(again.generation);
  });

  test('SIGKILL after --grace for one that ignores SIGTERM, at once with --force', async () => {
    for (const [name, flags, leastMs, mostMs] of [
      ['deaf', ['--grace', '700ms'], 700, 5000],
      ['deafer', ['--force'], 0, 5000],
    ] as const) {
      await home.spawnFake(name, [], ['--ignore', 'TERM']);
      await eventually(() => home.truth(name, 'started').length === 1, 'it ignores SIGTERM');
      const startMs = performance.now();
      await home.ok('stop', name, ...flags);
      const tookMs = performance.now() - startMs;
      expect([name, processesOf(name), tookMs >= leastMs, tookMs < mostMs]).toEqual([name, [], true, true]);
      expect(home.truth(name, 'signal')).toHaveLength(name === 'deaf' ? 1 : 0);
    }
  });

  test('takes along what left the process group: a child by setsid, an orphan by double fork', async () => {
    await home.spawnFake('parent', [], ['--setsid', '--orphan']);
    const children = (): number[] => home.truth('parent', 'child').map(({ child }) => Number(child));
    await eventually(() => children().length === 2 && children().every(isAlive), 'both run');
    const [bystander] = [await home.spawn('bystander', '--', 'sleep', '1000')];
    await home.ok('stop', 'parent', '--grace', '500ms');
    expect([children().filter(isAlive), processesOf('parent')]).toEqual([[], []]);
    expect(isAlive(bystander.pid ?? 0)).toBe(true);
  });

  test('several at once take as long as one; --dry-run ends none', async () => {
    await home.ok('spawn', 'group', '--count', '4', '--', 'sh', '-c', 'trap "" TERM; sleep 1000');
    expect(await home.ok('stop', 'group-*', '--dry-run')).toContain('group-4');
    expect(
      (await home.agents()).filter(({ name, state }) => name.startsWith('group') && state === 'ready'),
    ).toHaveLength(4);
    const startMs = performance.now();
    await home.ok('stop', 'group-*', '--grace', '1s');
    expect(performance.now() - startMs).toBeLessThan(3500);
    expect([1, 2, 3, 4].flatMap((i) => processesOf(`group-${i}`))).toEqual([]);
  });
});

describe('start and restart', () => {
  test('start: a new process in the same session, restarts not counted', async () => {
    const before = await home.spawn('starter', '--', 'sleep', '1000');
    await home.ok('stop', 'starter');
    await home.ok('start', 'starter');
    const after = await home.agent('starter');
    expect(after).toMatchObject({
      id: before.id,
      state: 'ready',
      generation: 2,
      restarts: 0,
      session: 'starter',
      exit: null,
    });
    expect([after.pid === before.pid, isAlive(after.pid ?? 0)]).toEqual([false, true]);
    expect(await home.run(['start', 'starter'])).toMatchObject({ status: 0 });
    expect((await home.agent('starter')).pid).toBe(after.pid);
  });

  test('restart: the old one is gone, the new one runs, same session and pane', async () => {
    const before = await home.spawn('renewed', '--', 'sleep', '1000');
    await home.ok('restart', 'renewed');
    const after = await home.agent('renewed');
    expect(after).toMatchObject({ state: 'ready', generation: 2, restarts: 0, pane: before.pane });
    expect([isAlive(before.pid ?? 0), isAlive(after.pid ?? 0), processesOf('renewed')]).toEqual([
      false,
      true,
      expect.arrayContaining([after.pid]),
    ]);
    expect((await home.tmux('list-sessions', '-F', '#{session_name}')).match(/^renewed$/gm)).toHaveLength(1);
  });

  test('restart brings back one that has ended or failed', async () => {
    await home.spawn(
      'fallen',
      '--restart',
      'no',
      '--',
      'sh',
      '-c',
      '[ -e up ] && exec sleep 1000; touch up; exit 1',
    );
    await home.agentThat('fallen', 'failed', ({ state }) => state === 'failed');
    await home.ok('restart', 'fallen');
    expect(await home.agent('fallen')).toMatchObject({
      state: 'ready',
      generation: 2,
      restarts: 0,
      exit: null,
    });
  });
});

describe('pause and resume', () => {
  test('the whole tree is stopped and uses no CPU; then it goes on', async () => {
    const { pid } = await home.spawn(
      'frozen',
      '--',
      'sh',
      '-c',
      'i=0; sleep 1000 & while :; do i=$((i+1)); done',
    );
    const ticks = (): number =>
      Number(
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')[11],
      );
    await eventually(() => ticks() > 3, 'it burns CPU');
    expect(await act('pause', 'frozen')).toMatchObject({ outcome: 'done' });
    expect(await home.agent('frozen')).toMatchObject({ state: 'paused', pid });
    const tree = (await home.inspect('frozen')).processes.map((process) => process.pid);
    await eventually(() => tree.every((one) => stateOf(one) === 'T'), 'every process of it is stopped');
    expect(tree).toHaveLength(2);
    const before = ticks();
    expect(await act('pause', 'frozen')).toMatchObject({ outcome: 'unchanged' });
    expect(ticks()).toBe(before);
    await home.ok('resume', 'frozen');
    expect(await home.agent('frozen')).toMatchObject({ state: 'ready', pid, restarts: 0 });
    await eventually(() => ticks() > before, 'it burns CPU again');
    // That it stopped is no output of its own.
    expect(home.log('frozen')).toBe('');
  });

  test('a second pause at once lasts, though the wrapper still owes the terminal for the first; a paused one can be stopped', async () => {
    // It works now and then, so that it has used CPU between two looks of the wrapper.
    const pid = (await home.spawn('cold', '--', process.execPath, '-e', 'setInterval(() => {}, 10)')).pid ?? 0;
    const wrapper = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[1]);
    const looks = new Set<string>();
    const look = (): number => looks.add(childrenOf(wrapper).find((child) => child !== `${pid}`) ?? '').size;
    const daemon = connect({ home: home.home });
    const doIt = (action: 'pause' | 'resume'): Promise<unknown> => daemon.call('POST /api/actions', { action, selector: { names: ['cold'] } });
    await doIt('pause');
    await eventually(() => look() > 1, 'the wrapper looks when it goes on');
    await doIt('resume');
    await doIt('pause');
    looks.clear();
    await eventually(() => look() > 2, 'the wrapper has looked again');
    expect([stateOf(pid), (await home.agent('cold')).state]).toEqual(['T', 'paused']);
    await home.ok('stop', 'cold');
    expect([isAlive(pid), (await home.agent('cold')).state]).toEqual([false, 'terminated']);
  });

  test('one that is starting a command where the pause meets it stays paused, and goes on when it is resumed', async (context) => {
    context.skip(spawnSync('python3', ['--version']).status !== 0, 'no python3 here to start a command by vfork');
    const fifo = join(home.work, 'opened-by-the-command');
    spawnSync('mkfifo', [fifo]);
    const program = `
import os
os.posix_spawn('/bin/true', ['true'], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, '${fifo}', os.O_RDONLY, 0)])
print('went on', flush=True)
os.wait()
`;
    const pid = (await home.spawn('between', '--', 'python3', '-c', program)).pid ?? 0;
    await eventually(() => stateOf(pid) === 'D', 'it waits, where no signal reaches it, until its command runs');
    const witness = (await home.spawn('witness', '--', 'sleep', '1000')).pid ?? 0;
    await home.ok('pause', 'between', 'witness');
    await eventually(() => stateOf(witness) === 'T', 'the pause has reached them');
    process.kill(witness, 'SIGCONT');
    await home.agentThat('witness', 'was seen to go on', ({ state }) => state === 'ready');
    expect([stateOf(pid), (await home.agent('between')).state]).toEqual(['D', 'paused']);
    await home.ok('resume', 'between');
    writeFileSync(fifo, '');
    await eventually(() => home.log('between').includes('went on'), 'it goes on');
    await home.agentThat('between', 'ended', ({ state, exit }) => state === 'terminated' && exit?.code === 0);
  });

  test('what does not run cannot be paused: status 1 and a hint', async () => {
    await home.spawn('over', '--', 'true');
    await home.agentThat('over', 'ended', ({ state }) => state === 'terminated');
    const { status, stderr } = await home.run(['pause', 'over']);
    expect([status, stderr]).toEqual([1, expect.stringContaining('does not run')]);
  });
});

describe('rm', () => {
  test('forgets what has ended, session and run folder too; one that runs is refused', async () => {
    const { pid } = await home.spawn('doomed', '--', 'sleep', '1000');
    const refused = await home.run(['rm', 'doomed']);
    expect([refused.status, isAlive(pid ?? 0)]).toEqual([6, true]);
    expect(refused.stderr).toContain('rm --force');
    await home.ok('stop', 'doomed');
    await home.ok('rm', 'doomed');
    expect((await home.run(['inspect', 'doomed'])).status).toBe(3);
    expect(await home.tmux('list-sessions', '-F', '#{session_name}')).not.toMatch(/^doomed$/m);
  });

  test('--force ends it first, and does not ask', async () => {
    const { pid } = await home.spawn('forced', '--', 'sleep', '1000');
    await home.ok('rm', '--force', 'forced');
    expect([
      isAlive(pid ?? 0),
      processesOf('forced'),
      (await home.run(['inspect', 'forced'])).status,
    ]).toEqual([false, [], 3]);
    const again = await home.spawn('forced', '--', 'sleep', '1000');
    expect([again.generation, again.restarts]).toEqual([1, 0]);
  });
});
