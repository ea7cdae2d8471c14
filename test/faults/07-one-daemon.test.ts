// There is one daemon, whoever starts it and whatever the last one left behind.
import { execFile } from 'node:child_process';
import { readlinkSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { eventually, isAlive, MUXWARD, type MuxwardHome } from '../helpers/muxward-home.ts';
import { daemonsOf, fault, kill, killDaemon, tmuxPid } from './fault.ts';

const socket = (home: MuxwardHome): string => path.join(home.home, 'api.sock');

fault(7, 'Twenty commands at once find the daemon killed', 'one of them starts one, all are answered', async (home) => {
  const { pid } = await home.spawn('a', '--', 'sleep', '1000');
  await killDaemon(home);
  const ran = await Promise.all(Array.from({ length: 20 }, () => home.run(['status', '--json'])));
  expect(ran.map(({ status, stderr }) => [status, stderr])).toEqual(ran.map(() => [0, '']));
  const daemons = new Set(ran.map(({ stdout }) => JSON.parse(stdout).daemon.pid));
  expect([[...daemons], (await home.agent('a')).pid]).toEqual([daemonsOf(home), pid]);
});

fault(8, 'A socket is left that nobody listens to', 'it is replaced', async (home) => {
  const { pid } = await home.spawn('a', '--', 'sleep', '1000');
  await killDaemon(home);
  expect(statSync(socket(home)).isSocket()).toBe(true);
  expect((await home.agent('a')).pid).toBe(pid);
  await killDaemon(home);
  rmSync(socket(home));
  writeFileSync(socket(home), 'no socket');
  expect((await home.agent('a')).pid).toBe(pid);
});

fault(8, 'A second daemon is started beside one that lives', 'it leaves in peace; socket and agents stay with the first', async (home) => {
  await home.spawn('a', '--', 'sleep', '1000');
  const [pid, { ino }] = [await home.daemonPid(), statSync(socket(home))];
  const second = promisify(execFile)(`${MUXWARD}d`, ['--home', home.home], { env: home.env });
  expect((await second).stdout).toContain('another daemon serves');
  expect([await home.daemonPid(), statSync(socket(home)).ino]).toEqual([pid, ino]);
});

fault(
  8,
  'The home lies on a path of more than 107 bytes, too long for a socket',
  'all works',
  async (home) => {
    expect(socket(home).length).toBeGreaterThan(107);
    const { pid } = await home.spawn('a', '--', 'sh', '-c', 'echo here; exec sleep 1000');
    await killDaemon(home);
    expect((await home.agent('a')).pid).toBe(pid);
    await eventually(async () => (await home.run(['capture', 'a'])).stdout.includes('here'), 'its screen is shown', 20_000);
  },
  { folder: `a-folder-of-a-user-who-likes-long-names/${'and-longer-ones/'.repeat(6)}home` },
);

fault(9, 'The daemon is killed while its tmux server and agents live', 'neither holds its lock, its socket or its database', async (home) => {
  const { pid } = await home.spawn('a', '--', 'sleep', '1000');
  const { wrapperPid } = await home.inspect('a');
  const holders = [pid, wrapperPid, await tmuxPid(home)];
  const open = holders.flatMap((holder) => readdirSync(`/proc/${holder}/fd`).map((fd) => linkOf(`/proc/${holder}/fd/${fd}`)));
  const daemon = await home.daemonPid();
  const ofDaemon = new Set(readdirSync(`/proc/${daemon}/fd`).map((fd) => linkOf(`/proc/${daemon}/fd/${fd}`)).filter((file) => file.startsWith('socket:')));
  expect(ofDaemon.size).toBeGreaterThan(0);
  expect(open.filter((file) => /muxward\.db|api\.sock|start\.lock/.test(file) || ofDaemon.has(file))).toEqual([]);
  await kill(await home.daemonPid());
  expect((await home.agent('a')).pid).toBe(pid);
  expect(isAlive(pid ?? 0)).toBe(true);
});

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
