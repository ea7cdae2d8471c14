// What is shown of agents: status, inspect and events; and what hooks get.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MuxwardEvent } from '../../src/core/event.ts';
import type { StatusReply } from '../../src/core/protocol.ts';
import { documents, eventually, isAlive, MuxwardHome, statusOf } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

beforeAll(() => {
  home = new MuxwardHome();
  home.configure(`watch: {liveness: 1s, sample: 1s}
hooks:
  - {on: [failed, agent.started], run: 'printf "%s\\n" "$(cat)" >>${home.file('hooked')}', agents: 'hook-*'}
  - {on: terminated, run: 'cat >/dev/null; echo went wrong >&2; exit 3', agents: 'hook-*'}
`);
});

afterAll(() => home.end());

describe('status', () => {
  test('a table with a line for each, and what it means when there is none', async () => {
    const empty = new MuxwardHome();
    try {
      expect(await empty.ok('status')).toContain('muxward spawn');
    } finally {
      await empty.end();
    }
    await home.spawn('table', '--', 'sleep', '1000');
    const [head = '', ...rows] = (await home.ok('status', 'table')).trimEnd().split('\n');
    expect(head.split(/\s{2,}/).slice(0, 3)).toEqual(['NAME', 'TYPE', 'STATE']);
    expect(rows).toEqual([expect.stringMatching(/^table\s+worker\s+ready\b/)]);
    expect(await home.ok('ls', 'table')).toContain('table');
    expect(await home.ok('ps', 'table')).toContain('table');
  });

  test('--watch --json: one document a line, as things change', async () => {
    const watching = home.start(['status', '--watch', '--json', '--label', 'watched=yes']);
    await eventually(() => documents(watching.output()).length > 0, 'the first state came');
    await home.spawn('seen-live', '--label', 'watched=yes', '--', 'sleep', '1000');
    const names = (): string[] =>
      documents<StatusReply>(watching.output())
        .at(-1)
        ?.agents.map(({ name, state }) => `${name} ${state}`) ?? [];
    await eventually(() => names().includes('seen-live ready'), 'it is seen');
    await home.ok('stop', 'seen-live');
    await eventually(() => names().includes('seen-live terminated'), 'its end is seen');
    watching.kill('SIGINT');
    expect(await statusOf(watching)).toBe(130);
  });

  test('inspect: all that is known, but no value of the environment', async () => {
    await home.spawn(
      'known',
      '--env',
      'PIN=4711-secret',
      '--restart',
      'always',
      '--',
      'sh',
      '-c',
      'sleep 1000 & wait',
    );
    const details = await eventually(async () => {
      const found = await home.inspect('known');
      return found.processes.length === 2 && found;
    }, 'its tree is known');
    expect(details).toMatchObject({
      name: 'known',
      restartPolicy: { policy: 'always' },
      umask: '0022',
      wrapperPid: expect.any(Number),
      verdicts: [],
    });
    expect(details.environmentNames).toContain('PIN');
    expect(details.processes.map(({ pid }) => pid)).toContain(details.pid);
    expect(existsSync(details.logPath)).toBe(true);
    for (const text of [JSON.stringify(details), await home.ok('inspect', 'known')])
      expect(text).not.toContain('4711-secret');
  });
});

describe('events', () => {
  test('-f --json tells what happens, in order', async () => {
    const go = home.file('go');
    await home.spawn(
      'followed',
      '--max-restarts',
      '1',
      '--',
      'sh',
      '-c',
      `while [ ! -e ${go} ]; do sleep 0.05; done; exit 4`,
    );
    const following = home.start(['events', '-f', '--json', '--agent', 'followed']);
    const types = (): string[] =>
      documents<MuxwardEvent>(following.output())
        .map(({ type }) => type)
        .filter((type) => type !== 'agent.changed');
    await eventually(() => types().includes('agent.started'), 'what is stored was told');
    home.script('go', ':');
    await eventually(
      () => types().filter((type) => type === 'agent.judged').length === 2,
      'both ends were judged',
    );
    expect(types()).toEqual([
      'agent.created',
      'agent.started',
      'agent.ended',
      'agent.judged',
      'agent.started',
      'agent.ended',
      'agent.judged',
    ]);
    const all = documents<MuxwardEvent>(following.output());
    expect(all.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq).sort((a, b) => a - b));
    expect(all.find(({ type }) => type === 'agent.ended')?.data).toMatchObject({
      generation: 1,
      end: { kind: 'exited', code: 4 },
    });
    expect((await home.events('--agent', 'followed')).map(({ seq }) => seq)).toEqual(
      all.map(({ seq }) => seq),
    );
    following.kill('SIGINT');
    expect(await statusOf(following)).toBe(130);
  });

  test('hooks of the settings run with the event on standard input; one that fails is told', async () => {
    await home.spawn('hook-a', '--restart', 'no', '--', 'sh', '-c', 'exit 5');
    const hooked = (): MuxwardEvent[] =>
      existsSync(home.file('hooked'))
        ? documents<MuxwardEvent>(readFileSync(home.file('hooked'), 'utf8'))
        : [];
    await eventually(() => hooked().length === 2, 'both hooks ran');
    const [changed, started] = hooked().sort((a, b) => a.type.localeCompare(b.type));
    expect(started).toMatchObject({ type: 'agent.started', agent: 'hook-a', data: { generation: 1 } });
    expect(changed).toMatchObject({ type: 'agent.changed', agent: 'hook-a', data: { to: 'failed' } });
    await home.spawn('hook-b', '--', 'true');
    const failed = await eventually(
      async () => (await home.events('--agent', 'hook-b')).find(({ type }) => type === 'hook.failed'),
      'the failure is an event',
    );
    expect(JSON.stringify(failed.data)).toContain('went wrong');
    expect((await home.agent('hook-b')).state).toBe('terminated');
  });

  test('an agent’s words in a terminal’s language never reach the user’s', async () => {
    await home.spawn(
      'evil',
      '--restart',
      'no',
      '--label',
      'note=\u001b]0;owned\u0007',
      '--',
      'sh',
      '-c',
      'exit 3',
      '\u001b[2Jgone',
    );
    await home.agentThat('evil', 'failed', ({ state }) => state === 'failed');
    for (const args of [['status'], ['inspect', 'evil'], ['events', '--agent', 'evil']]) {
      const shown = await home.ok(...args);
      expect([shown.includes('\u001b'), shown.includes('\u0007')]).toEqual([false, false]);
    }
  });
});

describe('scripts/monitor-agents', { timeout: 120_000 }, () => {
  const MONITOR = resolve(import.meta.dirname, '../../scripts/monitor-agents');
  // Its own: four agents of the tests above that fail in the same moment would be one alert.
  const home = new MuxwardHome();
  home.configure('watch: {liveness: 1s, sample: 1s}');
  afterAll(() => home.end());
  const monitor = (): string => execFileSync(MONITOR, ['--once', '--project', 'monitored'], { env: home.env, encoding: 'utf8' });

  test('shows what the daemon knows; without one, what files and processes say', async () => {
    const flags = ['--project', 'monitored'];
    const { pid } = await home.spawn('seen', ...flags, '--', 'sleep', '1000');
    const still = await home.spawn('still', ...flags, '--', 'sleep', '1000');
    const lost = await home.spawn('lost', ...flags, '--', 'sleep', '1000');
    await home.spawn('over', ...flags, '--restart', 'no', '--', 'sh', '-c', 'exit 3');
    await home.agentThat('over', 'failed', ({ state }) => state === 'failed', 40_000);
    // An alert is held back for a moment, so that its cause can come.
    await eventually(() => /seen\s+worker\s+ready[\s\S]*over failed: exit 3/.test(monitor()), 'agents and alerts are shown', 40_000);
    const { wrapperPid } = await home.inspect('lost');
    const daemon = await home.daemonPid();
    for (const one of [daemon, wrapperPid, lost.pid]) process.kill(one ?? Number.NaN, 'SIGKILL');
    process.kill(still.pid ?? Number.NaN, 'SIGSTOP');
    await eventually(() => [daemon, wrapperPid, lost.pid].every((one) => !isAlive(one ?? 0)), 'they are dead', 40_000);
    const lines = (await eventually(() => /still.*paused/.test(monitor()) && monitor(), 'it says what is so', 40_000)).split('\n');
    expect(lines.find((line) => line.startsWith('seen'))).toMatch(new RegExp(`^seen\\s+${pid}\\s+\\d+M\\s+runs$`));
    expect(lines.find((line) => line.startsWith('lost'))).toMatch(/^lost\s+-\s+-\s+(gone, its end was not recorded|ended, nobody has noticed yet)$/);
    expect(lines.find((line) => line.startsWith('over'))).toMatch(/^over\s+-\s+-\s+ended, exit 3$/);
    process.kill(still.pid ?? Number.NaN, 'SIGCONT');
  });
});
