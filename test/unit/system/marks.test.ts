import { describe, expect, it } from 'vitest';
import { findMarked, isMarked } from '../../../src/system/marks.ts';
import { isThere, pidIn, start, startShell, statOf, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('marks');
const home = `${folder}/ho me`;
const mark = (agent: string, generation = '1', of = home): Record<string, string> => ({
  MUXWARD_HOME: of,
  MUXWARD_AGENT: agent,
  MUXWARD_GENERATION: generation,
});

describe('findMarked', () => {
  it('finds what a double fork took away, with its generation', async () => {
    const file = `${folder}/orphan`;
    const starter = startShell(
      `setsid sh -c 'sh -c "echo \\$\\$ >${file}; exec sleep 1000" & exit 0' & exit 0`,
      { env: mark('a', '7') },
    );
    const pid = await pidIn(file);
    await until('its parents are gone', () => !isThere(starter.pid) && statOf(pid).ppid !== starter.pid);
    await until('it alone is found', () => findMarked(home).get('a')?.length === 1);
    const { startTime, ppid, pgid } = statOf(pid);
    expect([...findMarked(home)]).toEqual([['a', [{ pid, startTime, generation: 7, ppid, pgid }]]]);
  });

  it('keeps agents and homes apart, to the byte', async () => {
    const started = {
      a: start('sleep', ['1000'], { env: mark('a') }).pid,
      a1: start('sleep', ['1000'], { env: mark('a1') }).pid,
      child: startShell('exec sleep 1000', { env: mark('a') }).pid,
    };
    for (const env of [
      mark('a', '1', `${home}x`),
      mark('a', '1', `${home}/`),
      mark('a', '1', home.slice(0, -1)),
      mark('a', '1', ''),
      { MUXWARD_HOME: home },
      { MUXWARD_AGENT: 'a' },
      mark(''),
      { X: `1 MUXWARD_HOME=${home}`, Y: 'MUXWARD_AGENT=a', XMUXWARD_HOME: home, XMUXWARD_AGENT: 'a' },
    ])
      start('sleep', ['1000'], { env });
    await until(
      'they are found',
      () => findMarked(home).get('a')?.length === 2 && findMarked(home).has('a1'),
    );
    const found = findMarked(home);
    expect([...found.keys()].toSorted()).toEqual(['a', 'a1']);
    expect(new Set(found.get('a')?.map(({ pid }) => pid))).toEqual(new Set([started.a, started.child]));
    expect(found.get('a1')?.map(({ pid }) => pid)).toEqual([started.a1]);
  });

  it('leaves out zombies and ourselves', async () => {
    const file = `${folder}/zombie`;
    const parent = startShell(`sh -c 'echo $$ >${file}' & exec sleep 1000`, { env: mark('a') });
    const zombie = await pidIn(file);
    await until('it is a zombie', () => statOf(zombie).state === 'Z');
    expect(
      findMarked(home)
        .get('a')
        ?.map(({ pid }) => pid),
    ).toEqual([parent.pid]);
  });

  it('reads environments larger than its buffer', async () => {
    const large = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`A${n}`, 'x'.repeat(100_000)]));
    const { pid } = start('sleep', ['1000'], { env: { ...large, ...mark('z') } });
    const found = await until('it is found', () => findMarked(home).get('z'));
    expect(found.map((one) => one.pid)).toEqual([pid]);
  });

  it.each(['', 'x', '-1', '1e9', '99999999999'])('takes the generation %j for none', async (generation) => {
    start('sleep', ['1000'], { env: mark('g', generation) });
    const found = await until('it is found', () => findMarked(home).get('g'));
    expect(found[0]?.generation).toBe(0);
  });
});

describe('isMarked', () => {
  it('holds for that start of that agent of that home alone, and for no process that is gone', async () => {
    const { pid } = start('sleep', ['1000'], { env: mark('one', '3') });
    await until('it bears the mark', () => isMarked(pid, home, 'one', 3));
    expect([isMarked(pid, home, 'one', 2), isMarked(pid, home, 'on', 3), isMarked(pid, `${home}x`, 'one', 3)]).toEqual([false, false, false]);
    process.kill(pid, 'SIGKILL');
    await until('it is gone', () => !isMarked(pid, home, 'one', 3));
  });
});
