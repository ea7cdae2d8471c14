import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runHook, type HookRequest } from '../../../src/system/run-hook.ts';
import { isThere, pidIn, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('hook');
const event = JSON.stringify({ type: 'agent.ended', agent: 'a', data: { text: 'it\'s "ü"\n' } });
const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
const run = (command: string, rest: Partial<HookRequest> = {}) =>
  runHook({ command, input: event, timeoutMs: 10_000, env, ...rest });

it('gives the event on standard input, with the environment that was asked for and no other', async () => {
  const outcome = await run(`cat >${folder}/event; env >${folder}/env`, { env: { ...env, EXTRA: 'x y' } });
  expect(outcome).toEqual({ ok: true });
  expect(readFileSync(`${folder}/event`, 'utf8')).toBe(event);
  const names = readFileSync(`${folder}/env`, 'utf8')
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names).toContain('EXTRA');
  expect(names).not.toContain('MUXWARD_TEST_ROOT');
});

it('tells how it failed, with the last line it said', async () => {
  expect(await run('echo first; echo no >&2; exit 3')).toEqual({ ok: false, message: 'status 3: no' });
  expect(await run('kill -9 $$')).toEqual({ ok: false, message: 'SIGKILL' });
  expect(await run('exit 0', { env: { PATH: folder } })).toMatchObject({
    ok: false,
    message: expect.stringContaining('could not be started') as string,
  });
});

it('does not mind a hook that never reads its input', async () => {
  expect(await run('exec <&-; exit 0', { input: 'x'.repeat(1_000_000) })).toEqual({ ok: true });
});

it('bounds what it keeps without stopping a hook that says much', async () => {
  expect(await run('head -c 3000000 /dev/zero | tr "\\0" x; echo; echo done >&2; exit 4')).toEqual({
    ok: false,
    message: 'status 4: done',
  });
  const long = await run('head -c 3000000 /dev/zero | tr "\\0" x; exit 4');
  expect(!long.ok && long.message.length).toBeLessThan(1100);
});

it('kills it and what it started when the time is over', async () => {
  const startedMs = performance.now();
  const outcome = await run(
    `trap '' TERM; sh -c 'echo $$ >${folder}/child; sleep 60; :' & echo begun; wait`,
    { timeoutMs: 300 },
  );
  expect(outcome).toEqual({ ok: false, message: 'did not end within 300 ms' });
  expect(performance.now() - startedMs).toBeLessThan(3000);
  const child = await pidIn(`${folder}/child`);
  await until('its child is gone', () => !isThere(child));
});

it('does not wait for what left its group and holds its output open', async () => {
  const outcome = await run(`setsid sh -c 'echo $$ >${folder}/apart; exec sleep 60' & wait`, {
    timeoutMs: 300,
  });
  expect(outcome).toMatchObject({ ok: false });
  process.kill(await pidIn(`${folder}/apart`), 'SIGKILL');
});
