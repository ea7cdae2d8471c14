import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cachedFor } from '../../../src/system/cached-for.ts';
import { findMarked } from '../../../src/system/marks.ts';
import { scanProcesses } from '../../../src/system/process-table.ts';
import { terminateTree, type TerminationRequest } from '../../../src/system/tree-termination.ts';
import { isThere, pidIn, startShell, statOf, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const home = temporaryFolder('termination');
const marked = cachedFor(10, () => findMarked(home));
let count = 0;
/** Long, so that a busy machine is not taken for a process that does not end. */
const GRACE_MS = 15_000;

const mark = (agent: string): Record<string, string> => ({
  MUXWARD_HOME: home,
  MUXWARD_AGENT: agent,
  MUXWARD_GENERATION: '1',
  HERE: home,
});

/** Starts a script as an agent's process; it says `up` by writing its pid to `$HERE/<agent>`. */
async function startAgent(script: string, agent = `agent${++count}`) {
  const child = startShell(script, { env: { ...mark(agent), UP: `${home}/${agent}` } });
  await pidIn(`${home}/${agent}`);
  return {
    child,
    agent,
    root: { pid: child.pid, startTime: statOf(child.pid).startTime, pgid: statOf(child.pid).pgid },
  };
}

const end = (agent: string, root: TerminationRequest['root'], rest: Partial<TerminationRequest> = {}) =>
  terminateTree({ agent, home, root, graceMs: GRACE_MS, force: false, marked, ...rest });

const SLEEP = 'exec sleep 1000';

describe('terminateTree', () => {
  it('asks, and needs no grace where all go at once', async () => {
    const { child, agent, root } = await startAgent(`echo $$ >$UP; ${SLEEP}`);
    const ended = await end(agent, root);
    expect(isThere(child.pid)).toBe(false);
    expect(ended).toMatchObject({ survivors: [], usedKill: false });
    expect(ended.elapsedMs).toBeLessThan(GRACE_MS / 2);
    await until('it is reaped', () => child.signalCode === 'SIGTERM');
  });

  it('leaves a process the time to tidy up', async () => {
    const { agent, root } = await startAgent(
      `trap 'sleep 0.2; echo done >$HERE/tidy; exit 0' TERM; echo $$ >$UP; while :; do sleep 0.01; done`,
    );
    expect(await end(agent, root)).toMatchObject({ survivors: [], usedKill: false });
    expect(readFileSync(`${home}/tidy`, 'utf8')).toBe('done\n');
  });

  it('asks once', async () => {
    const { agent, root } = await startAgent(
      `trap 'echo x >>$HERE/asked' TERM; echo $$ >$UP; until [ -s $HERE/asked ]; do sleep 0.01; done; sleep 0.3 & wait; exit 0`,
    );
    expect(await end(agent, root)).toMatchObject({ survivors: [], usedKill: false });
    expect(readFileSync(`${home}/asked`, 'utf8')).toBe('x\n');
  });

  it('kills after the grace what ignores SIGTERM, with a child in a session of its own', async () => {
    const { child, agent, root } = await startAgent(
      `trap '' TERM; setsid sh -c 'echo $$ >$HERE/deaf-child; ${SLEEP}' & echo $$ >$UP; while :; do sleep 1; done`,
    );
    const escaped = await pidIn(`${home}/deaf-child`);
    const ended = await end(agent, root, { graceMs: 150 });
    expect([isThere(child.pid), isThere(escaped)]).toEqual([false, false]);
    expect(ended).toMatchObject({ survivors: [], usedKill: true });
    expect(ended.elapsedMs).toBeGreaterThanOrEqual(150);
  });

  it('kills at once with force', async () => {
    const { child, agent, root } = await startAgent(`trap '' TERM; echo $$ >$UP; while :; do sleep 1; done`);
    const ended = await end(agent, root, { force: true, graceMs: 60_000 });
    expect(ended).toMatchObject({ survivors: [], usedKill: true });
    expect(isThere(child.pid)).toBe(false);
  });

  it('ends what a double fork took away, also when the root is long gone', async () => {
    const { child, agent, root } = await startAgent(
      `setsid sh -c 'setsid sh -c "trap : TERM; echo \\$\\$ >$HERE/orphan; ${SLEEP}" & exit 0' & echo $$ >$UP; sleep 0.1`,
    );
    const orphan = await pidIn(`${home}/orphan`);
    await until('the root is gone', () => child.exitCode !== null);
    expect(await end(agent, root)).toMatchObject({ survivors: [], usedKill: false });
    expect(isThere(orphan)).toBe(false);
  });

  it('ends marked processes where nothing is known of a root', async () => {
    const { child, agent } = await startAgent(`echo $$ >$UP; ${SLEEP}`);
    expect(await end(agent, null)).toMatchObject({ survivors: [] });
    expect(isThere(child.pid)).toBe(false);
  });

  it('ends members and descendants that shed their environment', async () => {
    const { child, agent, root } = await startAgent(
      `env -i sh -c 'echo $$ >${home}/bare; ${SLEEP}' & setsid env -i sh -c 'trap "" TERM; echo $$ >${home}/bare-apart; while :; do sleep 1; done' & echo $$ >$UP; wait`,
    );
    const pids = [await pidIn(`${home}/bare`), await pidIn(`${home}/bare-apart`)];
    expect(await end(agent, root, { graceMs: 300 })).toMatchObject({ survivors: [], usedKill: true });
    expect([child.pid, ...pids].map(isThere)).toEqual([false, false, false]);
  });

  it('wakes stopped processes, so that they can end by themselves', async () => {
    const { child, agent, root } = await startAgent(
      `trap 'echo bye >$HERE/woken; exit 0' TERM; sleep 1000 & echo $$ >$UP; wait`,
    );
    // A shell's child that has not yet become a sleep would lose the signal.
    await until('sleep runs', () =>
      scanProcesses()?.some(({ pgid, comm }) => pgid === child.pid && comm === 'sleep'),
    );
    process.kill(-child.pid, 'SIGSTOP');
    await until('it is stopped', () => statOf(child.pid).state === 'T');
    expect(await end(agent, root)).toMatchObject({ survivors: [], usedKill: false });
    expect(readFileSync(`${home}/woken`, 'utf8')).toBe('bye\n');
  });

  it('meets what is forked in answer to SIGTERM', async () => {
    const { agent, root } = await startAgent(
      `trap 'setsid sh -c "echo \\$\\$ >$HERE/late; ${SLEEP}" & exit 0' TERM; echo $$ >$UP; while :; do sleep 0.01; done`,
    );
    expect(await end(agent, root)).toMatchObject({ survivors: [], usedKill: false });
    const late = existsSync(`${home}/late`) ? await pidIn(`${home}/late`) : undefined;
    expect(late !== undefined && isThere(late)).toBe(false);
    expect(findMarked(home).get(agent)).toBeUndefined();
  });

  it('never ends another agent, even one in the same group or below it', async () => {
    const { child, agent, root } = await startAgent(
      `MUXWARD_AGENT=neighbour sh -c 'echo $$ >$HERE/member; sleep 1000; :' & MUXWARD_AGENT=neighbour2 setsid sh -c 'echo $$ >$HERE/below; ${SLEEP}' & echo $$ >$UP; wait`,
    );
    const others = [await pidIn(`${home}/member`), await pidIn(`${home}/below`)];
    expect(await end(agent, root)).toMatchObject({ survivors: [] });
    expect([child.pid, ...others].map(isThere)).toEqual([false, true, true]);
  });

  it('touches nothing where the pid now belongs to another process', async () => {
    const { child, root } = await startAgent(`echo $$ >$UP; ${SLEEP}`);
    const ended = await end('someone-else', { ...root, startTime: root.startTime + 1 }, { force: true });
    expect(ended).toMatchObject({ survivors: [], usedKill: false });
    expect(isThere(child.pid)).toBe(true);
  });

  it('ends 30 agents at once', async () => {
    const agents = await Promise.all(Array.from({ length: 30 }, () => startAgent(`echo $$ >$UP; ${SLEEP}`)));
    const ends = await Promise.all(agents.map(({ agent, root }) => end(agent, root)));
    expect(ends.every(({ survivors, usedKill }) => survivors.length === 0 && !usedKill)).toBe(true);
    expect([...findMarked(home).keys()]).toEqual([]);
  });

  it('does not wait for ever on marks that are never read anew', async () => {
    const once = findMarked(home);
    const { child, agent, root } = await startAgent(`echo $$ >$UP; ${SLEEP}`);
    expect(await end(agent, root, { marked: () => once })).toMatchObject({ survivors: [], usedKill: false });
    expect(isThere(child.pid)).toBe(false);
  });
});
