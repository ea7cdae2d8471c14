// The tmux server dies, in all the ways in which it can.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { eventually, isAlive, type MuxwardHome } from '../helpers/muxward-home.ts';
import { fault, kill, killDaemon, processesOf, sessions, tmuxPid, tmuxStandIn } from './fault.ts';

const LONG_MS = 45_000;

/** All of them run, with processes that are none of these. */
async function allBack(home: MuxwardHome, not: ReadonlySet<number | null>): Promise<void> {
  const look = async (): Promise<boolean> => (await home.agents()).every(({ state, pid }) => state === 'ready' && !not.has(pid));
  await eventually(look, 'all are back', LONG_MS);
}

fault(16, 'SIGKILL to the tmux server', 'told once; every agent is marked lost with that reason and back in a new session, in its turn', async (home) => {
  await home.ok('spawn', 'w', '--count', '20', '--', 'sleep', '1000');
  const before = await home.agents();
  await kill(await tmuxPid(home));
  await allBack(home, new Set(before.map(({ pid }) => pid)));
  const after = await home.agents();
  expect(after.map(({ restarts, generation }) => [restarts, generation])).toEqual(after.map(() => [1, 2]));
  expect(before.filter(({ pid }) => isAlive(pid ?? 0))).toEqual([]);
  expect(await sessions(home)).toEqual(after.map(({ name }) => name).sort());
  const events = await home.events();
  expect(events.filter(({ type }) => type === 'tmux.lost').map(({ data }) => data)).toEqual([{ agents: 20 }]);
  const ends = events.flatMap((event) => (event.type === 'agent.ended' ? [event.data.end] : []));
  expect(ends.map(({ kind, detail }) => `${kind}: ${detail}`)).toEqual(after.map(() => 'lost: its tmux server died'));
});

fault(16, 'SIGKILL to the tmux server under agents that ignore its hang-up', 'what lives on of them is ended first: never two of one agent', async (home) => {
  await home.spawnFake('deaf', [], ['--ignore', 'HUP,TERM', '--setsid', '--orphan']);
  await home.spawn('frail', '--', 'sleep', '1000');
  const children = (): number[] => home.truth('deaf', 'child').map(({ child }) => Number(child));
  await eventually(() => children().length === 2, 'its children run', LONG_MS);
  const old = [(await home.agent('deaf')).pid ?? 0, ...children()];
  await kill(await tmuxPid(home));
  await allBack(home, new Set(old));
  await eventually(() => old.every((pid) => !isAlive(pid)), 'the old ones are gone', LONG_MS);
  await eventually(() => home.truth('deaf', 'started').length === 2, 'it was started again, once', LONG_MS);
});

fault(16, 'SIGKILL to the tmux server under an agent with --restart no', 'failed, with the death of tmux as its reason', async (home) => {
  for (const name of ['a', 'b', 'c']) await home.spawn(name, '--restart', 'no', '--', 'sleep', '1000');
  await kill(await tmuxPid(home));
  for (const name of ['a', 'b', 'c']) {
    const agent = await home.agentThat(name, 'failed', ({ state }) => state === 'failed', LONG_MS);
    expect([agent.reason, agent.exit?.kind, agent.restarts]).toEqual(['its tmux server died, and restart is "no"', 'lost', 0]);
  }
  await home.ok('start', '--lost');
  expect((await home.agents()).map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
});

fault(16, 'SIGKILL to the tmux server, again and again', 'no crash loop: it spends nothing of what crashes may spend', async (home) => {
  await home.spawn('a', '--max-restarts', '1', '--', 'sleep', '1000');
  for (let n = 1; n <= 3; n += 1) {
    const { pid } = await home.agent('a');
    await kill(await tmuxPid(home));
    await allBack(home, new Set([pid]));
  }
  expect(await home.agent('a')).toMatchObject({ restarts: 3, generation: 4 });
  const { pid } = await home.agent('a');
  process.kill(pid ?? Number.NaN, 'SIGKILL');
  await home.agentThat('a', 'came back from a crash', (agent) => agent.state === 'ready' && agent.pid !== pid, LONG_MS);
});

const broken = `${process.env['MUXWARD_TEST_ROOT'] ?? '/tmp'}/broken-tmux`;
fault(
  16,
  'SIGKILL to the tmux server, and no new one can be started',
  'told once, tried again at growing intervals, agents wait and come back',
  async (home) => {
    await home.ok('spawn', 'w', '--count', '5', '--', 'sleep', '1000');
    const before = await home.agents();
    writeFileSync(`${broken}/isBroken`, '');
    await kill(await tmuxPid(home));
    const waits = async (): Promise<boolean> => (await home.agents()).every(({ state, pid }) => state === 'spawning' && pid === null);
    await eventually(waits, 'all wait', LONG_MS);
    const told = async (type: string): Promise<number> => (await home.events()).filter((event) => event.type === type).length;
    await eventually(async () => (await told('tmux.failed')) === 1, 'it is told', LONG_MS);
    const attempts = (): number => (existsSync(`${broken}/attempts`) ? readFileSync(`${broken}/attempts`, 'utf8').length : 0);
    await eventually(() => attempts() >= 5, 'it was tried again', LONG_MS);
    expect(await waits()).toBe(true);
    rmSync(`${broken}/isBroken`);
    await allBack(home, new Set(before.map(({ pid }) => pid)));
    expect([await told('tmux.lost'), await told('tmux.failed'), await told('tmux.restored')]).toEqual([1, 1, 1]);
    // A storm would be thousands.
    expect(attempts()).toBeLessThan(40);
    expect((await home.agents()).map(({ restarts }) => restarts)).toEqual(before.map(() => 1));
  },
  tmuxStandIn(broken, `case "$*" in *-C*) if [ -e ${broken}/isBroken ]; then printf x >>${broken}/attempts; echo 'no more ptys' >&2; exit 1; fi ;; esac`),
);

fault(16, 'SIGKILL to the tmux server while no daemon runs', 'the next daemon finds them lost and brings them back', async (home) => {
  await home.ok('spawn', 'w', '--count', '4', '--', 'sleep', '1000');
  await home.spawnFake('deaf', [], ['--ignore', 'HUP,TERM']);
  await eventually(() => home.truth('deaf', 'started').length === 1, 'it ignores signals', LONG_MS);
  const before = await home.agents();
  const server = await tmuxPid(home);
  await killDaemon(home);
  await kill(server);
  await allBack(home, new Set(before.map(({ pid }) => pid)));
  const lost = (await home.events()).filter(({ type }) => type === 'tmux.lost');
  expect(lost.map(({ data }) => data)).toEqual([{ agents: 5 }]);
  await eventually(() => before.every(({ pid }) => !isAlive(pid ?? 0)), 'none of the old ones lives', LONG_MS);
  expect(processesOf(home, 'deaf')).toEqual([(await home.agent('deaf')).pid]);
});
