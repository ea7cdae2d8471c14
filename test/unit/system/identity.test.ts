import { expect, it } from 'vitest';
import { livenessOf } from '../../../src/system/identity.ts';
import { pidIn, start, startShell, statOf, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('identity');

it('tells alive, stopped and gone', async () => {
  const child = start('sleep', ['1000']);
  const identity = { pid: child.pid, startTime: statOf(child.pid).startTime };
  expect(livenessOf(identity)).toBe('alive');
  process.kill(child.pid, 'SIGSTOP');
  await until('it is stopped', () => livenessOf(identity) === 'stopped');
  process.kill(child.pid, 'SIGCONT');
  await until('it goes on', () => livenessOf(identity) === 'alive');
  process.kill(child.pid, 'SIGKILL');
  await until('it is gone', () => livenessOf(identity) === 'gone');
});

it('takes a zombie for one, though it still answers kill-0', async () => {
  const file = `${folder}/zombie`;
  // The shell becomes a sleep, which never waits for the child it was given.
  startShell(`(echo $$ >/dev/null; exec sh -c 'echo $$ >${file}') & exec sleep 1000`);
  const pid = await pidIn(file);
  const { startTime } = statOf(pid);
  await until('it is a zombie', () => livenessOf({ pid, startTime }) === 'zombie');
  expect(process.kill(pid, 0)).toBe(true);
});

it('takes a process with another start time for another process', () => {
  const { pid } = start('sleep', ['1000']);
  const { startTime } = statOf(pid);
  expect(livenessOf({ pid, startTime: startTime - 1 })).toBe('recycled');
  expect(livenessOf({ pid, startTime: 0 })).toBe('alive');
});
