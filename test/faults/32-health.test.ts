// Endpoints that misbehave, heartbeats that stay out, and ends that are told apart.
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Agent } from '../../src/core/agent.ts';
import { oomKillsOfKernelLog } from '../../src/system/kernel-log.ts';
import { eventually, FAKE_AGENT, isAlive, type MuxwardHome } from '../helpers/muxward-home.ts';
import { fault, kill, killDaemon } from './fault.ts';

type Behaviour = 'ok' | 'hang' | 'reset' | 'status 500' | 'wrong body';

/** An endpoint that behaves as told, request by request. */
class Endpoint {
  behaviour: (request: number) => Behaviour = () => 'ok';
  requests = 0;
  readonly #server = http.createServer((_, response) => {
    this.requests += 1;
    switch (this.behaviour(this.requests)) {
      case 'hang':
        return;
      case 'reset':
        return void response.socket?.resetAndDestroy();
      case 'status 500':
        return void response.writeHead(500).end('ok');
      case 'wrong body':
        return void response.end('down for repair');
      case 'ok':
        return void response.end('all ok');
    }
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const PROBE = ['--health-body', 'all ok', '--health-interval', '200ms', '--health-timeout', '1s', '--health-retries', '3'];

const healthy = ({ health, state }: Agent): boolean => state === 'ready' && health.status === 'healthy';

async function probed(home: MuxwardHome, test: (endpoint: Endpoint, agent: Agent) => Promise<void>): Promise<void> {
  const endpoint = new Endpoint();
  try {
    const url = await endpoint.listen();
    await home.spawn('a', '--health-url', url, ...PROBE, '--', 'sleep', '1000');
    await test(endpoint, await home.agentThat('a', 'is healthy', healthy, 30_000));
  } finally {
    endpoint.close();
  }
}

fault(32, 'An endpoint fails two times out of three', 'nothing follows: only failures in a row count', (home) =>
  probed(home, async (endpoint, before) => {
    const from = endpoint.requests;
    endpoint.behaviour = (n) => (n % 3 === 0 ? 'ok' : 'status 500');
    await eventually(() => endpoint.requests > from + 15, 'it was asked often', 60_000);
    expect(await home.agent('a')).toMatchObject({ pid: before.pid, restarts: 0, state: 'ready' });
  }));

for (const how of ['hang', 'reset', 'status 500', 'wrong body'] as const) {
  fault(32, `An endpoint hangs, resets, answers 500 or with the wrong body from now on (${how})`, 'the agent is ended as unhealthy, and run again', (home) =>
    probed(home, async (endpoint, before) => {
      endpoint.behaviour = () => how;
      const after = await home.agentThat('a', 'was run again', ({ pid, restarts }) => pid !== null && pid !== before.pid && restarts >= 1, 60_000);
      endpoint.behaviour = () => 'ok';
      expect(after.generation).toBeGreaterThan(1);
      const ends = (await home.events('--agent', 'a')).flatMap((event) => (event.type === 'agent.ended' ? [event.data.end.kind] : []));
      expect(ends[0]).toBe('unhealthy');
      await home.agentThat('a', 'is healthy again', healthy, 60_000);
    }));
}

fault(32, 'The probe itself cannot be made (its command is not there)', 'health is unknown, and the agent is left alone', async (home) => {
  const { pid } = await home.spawn('a', '--health-cmd', '/no/such/probe', '--health-interval', '100ms', '--health-start-period', '0s', '--', 'sleep', '1000');
  const agent = await home.agentThat('a', 'is of unknown health', ({ health }) => health.status === 'unknown', 30_000);
  expect([agent.pid, agent.restarts]).toEqual([pid, 0]);
});

fault(32, 'An agent takes long to start, and its liveness check would fail meanwhile', 'the start-up check holds it back: it is not asked, and nothing is ended', async (home) => {
  const count = (name: string): number => (existsSync(home.file(name)) ? readFileSync(home.file(name), 'utf8').length : 0);
  const check = (key: string, command: string): string => `{${key}: {command: "${command}", interval: 100ms, failures: ${key === 'startup' ? 1000 : 2}}}`.slice(1, -1);
  writeFileSync(
    home.file('muxward.yaml'),
    `agents: {a: {command: [sleep, "1000"], health: {${check('startup', 'printf x >>tries; test -e up')}, ${check('liveness', 'printf x >>asked; exit 1')}}}}`,
  );
  const starting = home.start(['up']);
  await eventually(() => count('tries') >= 6, 'its start-up check has failed often', 30_000);
  expect([count('asked'), (await home.agent('a')).restarts]).toEqual([0, 0]);
  home.script('up', ':');
  const after = await home.agentThat('a', 'was run again', ({ restarts }) => restarts >= 1, 30_000);
  expect([count('asked') >= 2, after.generation > 1]).toEqual([true, true]);
  starting.kill('SIGKILL');
});

fault(33, 'An agent’s heartbeat stops', 'it is ended as unhealthy, and run again', async (home) => {
  const beat = `while [ ! -e ${home.file('stuck')} ]; do touch "$MUXWARD_HEARTBEAT"; sleep 0.1; done; exec sleep 1000`;
  const { pid } = await home.spawn('a', '--heartbeat', '2s', '--', 'sh', '-c', beat);
  await home.agentThat('a', 'is healthy', healthy, 30_000);
  home.script('stuck', ':');
  const after = await home.agentThat('a', 'was run again', (agent) => agent.state === 'ready' && agent.pid !== pid, 60_000);
  expect(after.restarts).toBeGreaterThanOrEqual(1);
});

fault(33, 'Agents end by a crash, a limit of memory, a deleted folder, and your stop', 'each is told apart, with its reason', async (home) => {
  home.configure('watch: {liveness: 1s, sample: 1s}\n');
  const cwd = home.file('soon-gone');
  mkdirSync(cwd);
  await home.spawn('crash', '--restart', 'no', '--', 'sh', '-c', 'sleep 0.2; exit 3');
  await home.spawnFake('limit', ['--restart', 'no', '--memory', '150MB'], ['--leak', String(150 * 2 ** 20)]);
  const folder = await home.spawn('folder', '--cwd', cwd, '--', 'sleep', '1000');
  await home.spawn('stop', '--', 'sleep', '1000');
  rmSync(cwd, { recursive: true });
  process.kill(folder.pid ?? Number.NaN, 'SIGKILL');
  await home.ok('stop', 'stop');
  const kinds: Record<string, string | undefined> = {};
  for (const name of ['crash', 'limit', 'folder', 'stop']) {
    const ended = await home.agentThat(name, 'has ended', ({ state }) => state === 'failed' || state === 'terminated', 60_000);
    kinds[name] = `${ended.state} ${ended.exit?.kind}`;
  }
  expect(kinds).toEqual({ crash: 'failed exited', limit: 'failed limit', folder: 'failed missing-cwd', stop: 'terminated stopped-by-user' });
});

/** A control group that lets what is in it use so much memory; undefined where none can be made here. */
function memoryGroup(name: string, bytes: number): string | undefined {
  for (const [root, limit] of [['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'], ['/sys/fs/cgroup', 'memory.max']] as const) {
    const folder = path.join(root, name);
    try {
      mkdirSync(folder);
      if (existsSync(path.join(folder, limit)) && existsSync(path.join(folder, 'cgroup.procs'))) {
        writeFileSync(path.join(folder, limit), String(bytes));
        return folder;
      }
      rmdirSync(folder);
    } catch {
      // Not writable, or of another version: the next one.
    }
  }
  return undefined;
}

const GROUP = `muxward-fault-${process.pid}`;
const group = memoryGroup(GROUP, 60_000_000);

fault(
  33,
  'The kernel ends agents for want of memory (a control group of 60 MB), one of them while no daemon runs, and others get a SIGKILL just then',
  'those and no others are told as oom',
  async (home) => {
    const into = (go: string): string => `until [ -e ${home.file(go)} ]; do sleep 0.05; done; echo $$ >${group}/cgroup.procs && exec "$0" --leak 400000000`;
    const bystanders = await Promise.all(['b1', 'b2'].map((name) => home.spawn(name, '--restart', 'no', '--', 'sleep', '1000')));
    for (const name of ['a', 'unseen']) await home.spawn(name, '--restart', 'no', '--', 'sh', '-c', into(`go-${name}`), FAKE_AGENT);
    const told = async (name: string): Promise<unknown> => {
      const { exit, reason } = await home.agentThat(name, 'was ended', ({ state }) => state === 'failed', 60_000);
      return [exit?.kind, reason.includes('killed by the kernel, which had no memory left')];
    };
    const kills = (): string => readFileSync('/proc/vmstat', 'latin1').match(/^oom_kill \d+$/m)?.[0] ?? '';
    const before = kills();
    home.script('go-a', ':');
    await eventually(() => kills() !== before, 'the kernel has killed', 60_000);
    await kill(bystanders[0]?.pid);
    expect([await told('a'), await told('b1')]).toEqual([['oom', true], ['signalled', false]]);
    const { pid } = await home.agent('unseen');
    await killDaemon(home);
    home.script('go-unseen', ':');
    await kill(bystanders[1]?.pid);
    await eventually(() => !isAlive(pid ?? 0), 'it is gone', 60_000);
    expect([await told('unseen'), await told('b2')]).toEqual([['oom', true], ['signalled', false]]);
  },
  { unless: whyNoOom() },
);

function whyNoOom(): string | null {
  if (group === undefined) return 'no control group for memory can be made (cgroup v1 or v2, as root)';
  return oomKillsOfKernelLog() === null ? 'the kernel’s log cannot be read (/dev/kmsg)' : null;
}

afterAll(() => {
  if (group !== undefined) rmdirSync(group);
});
