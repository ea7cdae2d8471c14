// The ladder of recovery with real processes: rungs in their order, kinds of ends with actions of their own, parking.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventually, isAlive, MuxwardHome } from '../helpers/muxward-home.ts';

vi.setConfig({ testTimeout: 60_000 });

let home: MuxwardHome;

beforeEach(() => {
  home = new MuxwardHome();
  home.configure('restart: {base_delay: 100ms}\n');
});

afterEach(() => home.end());

/** Starts what a `muxward.yaml` with these lines under `agents:` declares; whether it comes up is the test's to see. */
async function up(yaml: string): Promise<void> {
  mkdirSync(home.file('shop'), { recursive: true });
  writeFileSync(home.file('shop/muxward.yaml'), `agents:\n${yaml}`);
  const { status, stderr } = await home.run(['up'], { cwd: home.file('shop') });
  expect([status === 2, stderr.includes('muxward.yaml:')]).toEqual([false, false]);
}

test('restart, no checkpoint to go back to, another program; and the first again when the user restarts it', async () => {
  await up(`  coder:
    command: echo run >>$HOME/runs; exit 7
    max_restarts: 1
    recovery:
      roll_back_after: 1
      failover: {command: [sleep, "1000"], env: {PROVIDER: two}}
`);
  const after = await home.agentThat('coder', 'has failed over', ({ state, command }) => state === 'ready' && command.at(-1) === '1000', 20_000);
  expect(after).toMatchObject({ state: 'ready', exit: null });
  const { verdicts, recovery } = await home.inspect('coder');
  expect(verdicts.map(({ action }) => action)).toEqual(['fail-over', 'roll-back', 'restart']);
  expect(verdicts.map(({ reason }) => reason)).toEqual(['exit 7, fails over', 'not rolled back: it has no good checkpoint', expect.stringContaining('exit 7')]);
  expect(recovery).toMatchObject({ rollBackAfter: 1, failedOver: true, failover: [expect.stringMatching(/sleep$/), '1000'] });
  expect(readFileSync(`/proc/${after.pid}/environ`, 'utf8').split('\0')).toContain('PROVIDER=two');
  expect(await home.ok('inspect', 'coder')).toMatch(/recovery\s+rolls back after 1 restarts in a row, has failed over to .*sleep 1000/);
  const runsBefore = readFileSync(home.file('runs'), 'utf8').length;
  await home.run(['restart', 'coder']);
  await eventually(() => readFileSync(home.file('runs'), 'utf8').length > runsBefore, 'the first program runs again', 20_000);
});

test('a kind of end with an action of its own', async () => {
  await up(`  final:
    command: exit 9
    recovery: {on: {crash: fail}}
  nowhere:
    command: exit 9
    recovery: {on: {crash: fail-over}}
`);
  const final = await home.agentThat('final', 'failed', ({ state }) => state === 'failed', 20_000);
  const nowhere = await home.agentThat('nowhere', 'failed', ({ state }) => state === 'failed', 20_000);
  expect([final.restarts, final.reason]).toEqual([0, 'exit 9, and that is final for this agent']);
  expect([nowhere.restarts, nowhere.reason]).toEqual([0, 'exit 9, and nothing is left to fail over to']);
});

test('a parked agent is shown as limited, spends no restart, and comes back in time, also with another daemon', async () => {
  await up(`  limited:
    command: test -e again && exec sleep 1000; touch again; exit 5
    recovery: {on: {crash: park}, park_for: 8s}
  rests:
    command: exit 5
    recovery: {on: {crash: park}, park_for: 1h}
`);
  const parked = await home.agentThat('rests', 'is parked', ({ activity }) => activity.status === 'limited', 20_000);
  expect(parked).toMatchObject({ state: 'spawning', restarts: 0, pid: null });
  expect(parked.reason).toMatch(/^exit 5, starts again at 2/);
  const daemon = await home.daemonPid();
  process.kill(daemon, 'SIGKILL');
  await eventually(() => !isAlive(daemon), 'the daemon is dead');
  const back = await home.agentThat('limited', 'is back', ({ state }) => state === 'ready', 40_000);
  expect(back).toMatchObject({ restarts: 0, generation: 2, activity: { status: expect.not.stringMatching('limited') } });
  expect(await home.agent('rests')).toMatchObject({ state: 'spawning', activity: { status: 'limited' } });
  await home.ok('stop', 'rests');
  expect(await home.agent('rests')).toMatchObject({ state: 'terminated', activity: { status: expect.not.stringMatching('limited') } });
});

test('faults of recovery are told at their place', async () => {
  mkdirSync(home.file('shop'), { recursive: true });
  writeFileSync(home.file('shop/muxward.yaml'), 'agents:\n  a: {command: x, recovery: {on: {crash: explode}, failover: {command: no-such-program}}}\n');
  const { status, stderr } = await home.run(['config', 'validate', 'muxward.yaml'], { cwd: home.file('shop') });
  expect([status, stderr]).toEqual([2, expect.stringMatching(/muxward\.yaml:2:\d+.*recovery\.on\.crash: "explode" is not known/s)]);
});
