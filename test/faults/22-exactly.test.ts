// What an agent is started with, and what it is told, arrives to the byte and once.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { eventually } from '../helpers/muxward-home.ts';
import { fault } from './fault.ts';

const DUMP = path.resolve(import.meta.dirname, '../fixtures/dump-process');

const nulSeparated = (file: string): string[] => readFileSync(file, 'utf8').split('\0').slice(0, -1);

fault(22, 'A prompt of 25 kB, an environment of 23 kB, arguments that end in ;', 'the exact bytes arrive', async (home) => {
  const folder = home.file('dump');
  mkdirSync(folder);
  const args = [`${"prompt; $(x) 'y'\n".repeat(1600)};`, ';', 'end;', 'end\\;'];
  const big = '"$HOME" \\ \'#{x}\' %1 ä→𝄞\n'.repeat(800);
  await home.spawn('a', '--env', `DUMP_TO=${folder}`, '--env', 'DUMP_STATUS=stay', '--env', `BIG=${big}`, '--', DUMP, ...args);
  await eventually(() => existsSync(path.join(folder, 'done')), 'it has written all down', 20_000);
  expect(nulSeparated(path.join(folder, 'cmdline')).slice(2)).toEqual(args);
  expect(nulSeparated(path.join(folder, 'environ'))).toContain(`BIG=${big}`);
});

fault(23, 'A text of several lines is sent', 'it is submitted exactly once, and whole', async (home) => {
  await home.spawnFake('a', [], ['--prompt', '> ']);
  await eventually(() => home.log('a').includes('> '), 'it asks', 20_000);
  const text = 'first line\nsecond; $(line) #{x}\n\nlast';
  await home.ok('send', 'a', text);
  await eventually(() => home.truth('a', 'line').length > 0, 'it was submitted', 20_000);
  await home.ok('send', 'a', 'the next');
  await eventually(() => home.truth('a', 'line').length > 1, 'the next one was submitted', 20_000);
  expect(home.truth('a', 'line').map((line) => line['text'])).toEqual([text, 'the next']);
});

fault(23, 'A text is sent to a program that swallows the Enter, and to one that has ended', 'it is not said to be submitted; what cannot be typed is a failure', async (home) => {
  await home.spawnFake('deaf', [], ['--prompt', '> ', '--swallow-enter', '1']);
  await home.spawn('gone', '--', 'true');
  await home.ok('wait', 'gone');
  await eventually(() => home.log('deaf').includes('> '), 'it asks', 20_000);
  const { stdout } = await home.run(['send', 'deaf', 'hello']);
  await eventually(() => home.truth('deaf', 'enter').length === 1, 'the Enter was swallowed', 20_000);
  expect([stdout, home.truth('deaf', 'line')]).toEqual([expect.not.stringMatching(/sent|submitted|accepted/), []]);
  const gone = await home.run(['send', 'gone', 'hello']);
  expect([gone.status !== 0, gone.stdout]).toEqual([true, '']);
});

fault(24, 'Agents are started by callers with other environments, umasks and secrets', 'each has its own, and secrets are on no command line', async (home) => {
  const secret = 's3cret-0815-value';
  await home.run(['spawn', 'first', '--', 'sleep', '1000'], { env: { STALE: 'old', TOKEN: secret } });
  const folder = home.file('dump');
  mkdirSync(folder);
  const old = process.umask(0o027);
  try {
    await home.run(['spawn', 'a', '--env', `DUMP_TO=${folder}`, '--env', 'DUMP_STATUS=stay', '--', DUMP], { env: { TOKEN: `${secret}-2` } });
  } finally {
    process.umask(old);
  }
  await eventually(() => existsSync(path.join(folder, 'done')), 'it has written all down', 20_000);
  const environment = nulSeparated(path.join(folder, 'environ'));
  expect([environment.includes(`TOKEN=${secret}-2`), environment.some((entry) => entry.startsWith('STALE='))]).toEqual([true, false]);
  expect(readFileSync(path.join(folder, 'umask'), 'utf8').trim()).toBe('0027');
  const failing = await home.run(['spawn', 'b', '--env', `TOKEN=${secret}-3`, '--cwd', folder, '--', '/no/such/program'], { env: { TOKEN: secret } });
  expect(failing.status).toBe(2);
  const shown = [failing.stdout, failing.stderr, await home.ok('--json', 'inspect', 'a'), await home.ok('--json', 'events'), await home.ok('daemon', 'logs'), ...readdirSync('/proc').map(commandLineOf)];
  expect(shown.filter((text) => text.includes(secret))).toEqual([]);
});

fault(26, 'The working folder is gone', 'a terminal error that names it; not the home folder instead', async (home) => {
  const cwd = home.file('soon-gone');
  mkdirSync(cwd);
  const { pid } = await home.spawn('a', '--cwd', cwd, '--', 'sleep', '1000');
  rmSync(cwd, { recursive: true });
  process.kill(pid ?? Number.NaN, 'SIGKILL');
  const agent = await home.agentThat('a', 'failed', ({ state }) => state === 'failed', 20_000);
  expect([agent.exit?.kind, agent.reason]).toEqual(['missing-cwd', expect.stringContaining(cwd)]);
  const { status, stderr } = await home.run(['spawn', 'b', '--cwd', cwd, '--', 'sleep', '1000']);
  expect([status, stderr]).toEqual([2, expect.stringContaining(cwd)]);
});

function commandLineOf(pid: string): string {
  try {
    return /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
  } catch {
    return '';
  }
}
