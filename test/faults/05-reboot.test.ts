// The machine loses power and is started anew: everything is killed, and the next commands see another boot id.
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { eventually, isAlive, MUXWARD, type MuxwardHome } from '../helpers/muxward-home.ts';
import { reboot } from '../helpers/reboot.ts';
import { fault, whyNoMounts } from './fault.ts';

const unless = whyNoMounts();

async function threeAgents(home: MuxwardHome): Promise<readonly (number | null)[]> {
  await home.spawn('lasting', '--', 'sleep', '1000');
  await home.spawn('single', '--restart', 'no', '--', 'sleep', '1000');
  await home.spawn('waiting', '--max-restarts', '1000', '--', 'sh', '-c', `[ -e ${home.file('calm')} ] && exec sleep 1000; exit 1`);
  await home.spawn('stopped', '--', 'sleep', '1000');
  await home.ok('stop', 'stopped');
  await home.spawn('done', '--', 'true');
  await home.ok('wait', 'done');
  const pids = (await home.agents()).map(({ pid }) => pid);
  return pids;
}

fault(
  5,
  'A reboot, without the installed service',
  'no crash is counted, status offers to bring back what ran, start --lost does it',
  async (home) => {
    const before = await threeAgents(home);
    await reboot(home);
    writeFileSync(home.file('calm'), '');
    const states = async (): Promise<unknown> => (await home.agents()).map(({ name, state, pid }) => `${name} ${state} ${pid}`);
    expect(await states()).toEqual(['lasting', 'single', 'waiting', 'stopped', 'done'].map((name) => `${name} terminated null`));
    expect(await home.agent('lasting')).toMatchObject({ restarts: 0, exit: { kind: 'lost' } });
    expect(before.filter((pid) => isAlive(pid ?? 0))).toEqual([]);
    const { stdout } = await promisify(execFile)('script', ['-qec', `${MUXWARD} status`, '/dev/null'], { env: home.env, cwd: home.work });
    expect(stdout).toContain('3 ran before the reboot → muxward start --lost');
    await home.ok('start', '--lost');
    const after = await home.agents();
    expect(after.map(({ name, state }) => `${name} ${state}`)).toEqual(['lasting ready', 'single ready', 'waiting ready', 'stopped terminated', 'done terminated']);
    expect(await home.ok('start', '--lost', '--json')).toBe('{"outcomes":[]}\n');
  },
  { unless },
);

fault(
  5,
  'A reboot, with the installed service',
  'what ran comes back by itself, but for agents with --restart no',
  async (home) => {
    await threeAgents(home);
    // What `daemon install` leaves behind: its unit, and a note in the home of where that is.
    const unit = home.file('.config/systemd/user/muxwardd.service');
    mkdirSync(path.dirname(unit), { recursive: true });
    writeFileSync(unit, '[Service]\n');
    writeFileSync(path.join(home.home, 'service'), `${unit}\n`);
    writeFileSync(home.file('calm'), '');
    await reboot(home);
    const states = async (): Promise<string> => (await home.agents()).map(({ name, state }) => `${name} ${state}`).join(', ');
    await eventually(
      async () => (await states()) === 'lasting ready, single terminated, waiting ready, stopped terminated, done terminated',
      'those are back that should be',
      30_000,
    );
    const told = (await home.events()).flatMap((event) => (event.type === 'machine.rebooted' ? [event.data] : []));
    expect(told).toEqual([{ agents: 3, broughtBack: 2 }]);
  },
  { unless },
);
