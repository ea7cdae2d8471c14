import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runHook } from '../../../src/system/run-hook.ts';
import { isThere, pidIn, until } from './real-processes.ts';
import { temporaryFolder } from './temp-folder.ts';

const folder = temporaryFolder('hook');
const event = { type: 'agent.ended', agent: 'a', data: { text: "it's \"ü\"\n" } };

it('gives the event as JSON on standard input, and the environment', async () => {
  const outcome = await runHook({ command: `cat >${folder}/event; echo "$EXTRA"; echo err >&2; pwd`, event, timeoutMs: 5000, env: { EXTRA: 'x y' }, cwd: folder });
  expect(outcome).toMatchObject({ outcome: 'succeeded' });
  expect(outcome.outcome === 'succeeded' && outcome.output.split('\n').toSorted().join(' ').trim()).toBe(`${folder} err x y`);
  expect(JSON.parse(readFileSync(`${folder}/event`, 'utf8'))).toEqual(event);
});

it('tells how it failed', async () => {
  const run = (command: string) => runHook({ command, event, timeoutMs: 5000 });
  expect(await run('echo no >&2; exit 3')).toEqual({ outcome: 'failed', exitCode: 3, signal: null, output: 'no\n' });
  expect(await run('kill -9 $$')).toEqual({ outcome: 'failed', exitCode: null, signal: 'SIGKILL', output: '' });
  expect(await runHook({ command: 'true', event, timeoutMs: 5000, cwd: `${folder}/none` })).toMatchObject({ outcome: 'not-started' });
});

it('does not mind a hook that never reads its input', async () => {
  const large = { text: 'x'.repeat(1_000_000) };
  expect(await runHook({ command: 'exec <&-; exit 0', event: large, timeoutMs: 5000 })).toMatchObject({ outcome: 'succeeded' });
});

it('bounds the output without stopping the hook', async () => {
  const outcome = await runHook({ command: 'head -c 3000000 /dev/zero | tr "\\0" x; exit 4', event, timeoutMs: 10_000 });
  expect(outcome).toMatchObject({ outcome: 'failed', exitCode: 4 });
  expect(outcome.outcome === 'failed' && outcome.output).toBe('x'.repeat(65_536));
});

it('kills it and what it started when the time is over', async () => {
  const startedMs = performance.now();
  const outcome = await runHook({
    command: `trap '' TERM; sh -c 'echo $$ >${folder}/child; sleep 60; :' & echo begun; wait`, event, timeoutMs: 300,
  });
  expect(outcome).toEqual({ outcome: 'timed-out', output: 'begun\n' });
  expect(performance.now() - startedMs).toBeLessThan(3000);
  const child = await pidIn(`${folder}/child`);
  await until('its child is gone', () => !isThere(child));
});
