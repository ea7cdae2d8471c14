// A hundred random kills of the daemon while agents start, crash and end: what a daemon says is what truly happened.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { StatusReply } from '../../src/core/protocol.ts';
import { eventually, isAlive, type MuxwardHome } from '../helpers/muxward-home.ts';
import { daemonsOf, fault, kill, sessions } from './fault.ts';

const KILLS = 100;
const STEADY = 6;
const CRASHING = 3;

const runsOf = (home: MuxwardHome, name: string): number =>
  existsSync(home.file(name)) ? readFileSync(home.file(name), 'utf8').length : 0;

fault(
  1,
  'SIGKILL to the daemon, a hundred times at random moments under load',
  'same PIDs, one session each, no agent lost, every run counted once',
  async (home) => {
    home.configure('restart: {base_delay: 100ms, max_delay: 300ms}\n');
    await home.ok('spawn', 'steady', '--count', String(STEADY), '--', 'sleep', '1000');
    const crash = (name: string): string => `printf x >>${home.file(name)}; [ -e ${home.file('calm')} ] && exec sleep 1000; sleep 0.3; exit 1`;
    const crashing = Array.from({ length: CRASHING }, (_, n) => `crashing-${n}`);
    for (const name of crashing) await home.spawn(name, '--max-restarts', '1000', '--', 'sh', '-c', crash(name));
    const before = (await home.agents()).filter(({ name }) => name.startsWith('steady'));
    for (let n = 0; n < KILLS; n += 1) {
      // The first command after the kill starts the next daemon.
      const { agents: after, daemon } = await home.json<StatusReply>('status');
      const steady = after.filter(({ name }) => name.startsWith('steady'));
      expect(steady.map(({ pid, restarts, generation }) => [pid, restarts, generation])).toEqual(before.map(({ pid }) => [pid, 0, 1]));
      expect(before.every(({ pid }) => isAlive(pid ?? 0))).toBe(true);
      expect(after).toHaveLength(STEADY + CRASHING);
      expect(daemonsOf(home)).toEqual([daemon.pid]);
      await sleep(Math.random() * 60);
      await kill(daemon.pid);
    }
    writeFileSync(home.file('calm'), '');
    const calm = async (): Promise<boolean> =>
      (await home.agents()).every(({ name, state, generation }) => state === 'ready' && (!name.startsWith('crashing') || generation === runsOf(home, name)));
    await eventually(calm, 'all run', 45_000);
    const told = (await home.agents()).filter(({ name }) => name.startsWith('crashing'));
    expect(told.map(({ name, generation, restarts }) => [name, generation, restarts])).toEqual(
      told.map(({ name }) => [name, runsOf(home, name), runsOf(home, name) - 1]),
    );
    expect(told.every(({ restarts }) => restarts > 1)).toBe(true);
    expect(await sessions(home)).toEqual([...before.map(({ name }) => name), ...crashing].sort());
  },
  { timeoutMs: 600_000 },
);
