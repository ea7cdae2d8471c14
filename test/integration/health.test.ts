// Health checks against real servers, sockets and commands that misbehave, and what follows from them.
import { createServer, type RequestListener, type Server } from 'node:http';
import type net from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AgentDetails } from '../../src/core/agent.ts';
import { eventually, MuxwardHome } from '../helpers/muxward-home.ts';

vi.setConfig({ testTimeout: 60_000 });

let home: MuxwardHome;
const servers: (Server | net.Server)[] = [];

beforeAll(() => {
  home = new MuxwardHome();
});

afterAll(async () => {
  for (const server of servers) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
  await home.end();
});

/** A server of this very process, at a port of the system's choice or a Unix socket. */
async function serve(listener: RequestListener, at: string | number = 0): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => void server.listen(at, done));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const SOON = ['--health-interval', '200ms', '--health-timeout', '1s', '--health-start-period', '0s'];

/** An agent that only sleeps, with a check on something else. */
const watched = async (name: string, ...flags: string[]): Promise<void> =>
  void (await home.spawn(name, ...SOON, '--restart', 'no', ...flags, '--', 'sleep', '1000'));

const lastOf = async (name: string): Promise<AgentDetails['checks'][number]['last']> => (await home.inspect(name)).checks[0]?.last ?? null;

describe('an endpoint that misbehaves', () => {
  test.each([
    ['hangs', (): void => undefined, /no answer within 1000 ms/],
    ['resets', (request, _) => request.socket.destroy(), /closed without an answer/],
    ['answers500', (_, response) => void response.writeHead(500).end(), /answered 500/],
    ['trickles', (_, response) => void response.writeHead(200).write('a'), /no answer within/],
  ] satisfies [string, RequestListener, RegExp][])('%s: ended as unhealthy, with the reason', async (name, listener, reason) => {
    const port = await serve(listener);
    await watched(name, '--health-url', `http://127.0.0.1:${port}/`, '--health-retries', '2');
    const agent = await home.agentThat(name, 'was ended', ({ state }) => state === 'failed', 30_000);
    expect([agent.exit?.kind, agent.reason]).toEqual(['unhealthy', expect.stringMatching(reason)]);
  });

  test('the wrong body, or another status than wanted', async () => {
    const port = await serve((_, response) => void response.writeHead(202).end('all is well'));
    const url = ['--health-url', `http://127.0.0.1:${port}/`];
    await watched('right', ...url, '--health-body', 'is well', '--health-status', '202-204');
    await watched('body', ...url, '--health-body', 'is bad');
    await watched('status', ...url, '--health-status', '200');
    await home.agentThat('right', 'is healthy', ({ health }) => health.status === 'healthy', 20_000);
    for (const [name, reason] of [['body', 'without "is bad" in it'], ['status', 'answered 202']] as const) {
      const agent = await home.agentThat(name, 'was ended', ({ state }) => state === 'failed', 20_000);
      expect(agent.reason).toContain(reason);
    }
  });

  test('only failures in a row count, and the agent comes back once it is healthy', async () => {
    let asked = 0;
    const port = await serve((_, response) => {
      asked += 1;
      response.writeHead(asked % 3 === 0 ? 200 : 500).end();
    });
    await home.spawn('flapping', ...SOON, '--health-retries', '3', '--health-url', `http://127.0.0.1:${port}/`, '--', 'sleep', '1000');
    await eventually(() => asked > 15, 'it was asked often', 30_000);
    expect(await home.agent('flapping')).toMatchObject({ state: 'ready', restarts: 0, health: { status: 'healthy' } });
    await home.ok('rm', '--force', 'flapping');
  });
});

test('a Unix socket is asked, too', async () => {
  const socket = home.file('app.sock');
  await serve((request, response) => void response.writeHead(request.url === '/up' ? 200 : 404).end(), socket);
  await watched('unix', '--health-url', `http+unix://${socket}:/up`);
  const { health } = await home.agentThat('unix', 'is healthy', (agent) => agent.health.status === 'healthy', 20_000);
  expect(health.responseMs).toBeGreaterThan(0);
});

test('an error of the probe itself is unknown and ends nothing', async () => {
  await watched('unprobed', '--health-cmd', 'no-such-program-anywhere');
  const last = await eventually(async () => (await lastOf('unprobed'))?.outcome === 'unknown' && (await lastOf('unprobed')), 'it is unknown', 20_000);
  expect(last.reason).toContain('cannot be run');
  expect(await home.agent('unprobed')).toMatchObject({ state: 'ready', health: { status: 'unknown', failures: 0 } });
  expect(await home.ok('health', 'unprobed')).toMatch(/startup\s+unknown\s+0\//);
});

test('--on-unhealthy tell: shown and an event, and it goes on', async () => {
  await watched('never', '--health-cmd', 'exit 4', '--on-unhealthy', 'tell', '--health-retries', '1');
  const ready = home.file('well');
  await watched('tells', '--health-cmd', `test ! -e ${ready} || { echo "the queue is full"; exit 3; }`, '--on-unhealthy', 'tell');
  const { pid } = await home.agentThat('tells', 'is healthy', ({ health }) => health.status === 'healthy', 20_000);
  writeFileSync(ready, '');
  const sick = await home.agentThat('tells', 'is unhealthy', ({ health }) => health.status === 'unhealthy', 20_000);
  expect(sick).toMatchObject({ state: 'ready', pid, health: { reason: 'ended with status 3: the queue is full' } });
  expect(await home.agentThat('never', 'is unhealthy', ({ health }) => health.status === 'unhealthy', 20_000)).toMatchObject({ state: 'ready', restarts: 0 });
  const told = async (): Promise<unknown> => (await home.events('--agent', 'tells')).find(({ type, data }) => type === 'probe.changed' && data.to === 'unhealthy');
  expect(await eventually(told, 'the event is stored')).toMatchObject({ data: { from: 'healthy', check: 'readiness' } });
});

describe('signs of life', () => {
  test('a heartbeat that stays out: the watchdog ends it, and it runs again', async () => {
    await home.spawn('beating', '--heartbeat', '2s', '--', 'sh', '-c', 'while [ ! -e stop ]; do touch "$MUXWARD_HEARTBEAT"; sleep 0.3; done; exec sleep 1000');
    await home.agentThat('beating', 'is healthy', ({ health }) => health.status === 'healthy', 20_000);
    writeFileSync(home.file('stop'), '');
    const again = await home.agentThat('beating', 'runs again', ({ restarts }) => restarts > 0, 30_000);
    const { verdicts } = await home.inspect(again.name);
    expect(verdicts.at(-1)?.reason).toMatch(/no heartbeat for 2/);
    await home.ok('rm', '--force', 'beating');
  });

  test('muxward heartbeat from within, and --max-silence', async () => {
    await home.spawn('silent', '--max-silence', '3s', '--restart', 'no', '--', 'sh', '-c', 'echo here; exec sleep 1000');
    await home.spawn('caller', '--heartbeat', '60', '--', 'sleep', '1000');
    expect(await home.run(['heartbeat', 'caller'])).toMatchObject({ status: 0, stdout: '' });
    expect(await home.run(['heartbeat'], { env: { MUXWARD_AGENT: 'caller' } })).toMatchObject({ status: 0 });
    expect(await home.run(['heartbeat', 'nobody'])).toMatchObject({ status: 3 });
    expect(await home.run(['heartbeat'])).toMatchObject({ status: 2 });
    const agent = await home.agentThat('silent', 'was ended', ({ state }) => state === 'failed', 30_000);
    expect([agent.exit?.kind, agent.reason]).toEqual(['unhealthy', expect.stringMatching(/no output for 3/)]);
  });
});

test('a daemon that was stopped for a while ends nothing when it goes on', async () => {
  const own = new MuxwardHome();
  try {
    const port = await serve((_, response) => void response.end('ok'));
    await own.spawn('web', '--health-url', `http://127.0.0.1:${port}/`, ...SOON, '--', 'sleep', '1000');
    await own.spawn('beat', '--heartbeat', '4s', '--', 'sh', '-c', 'while touch "$MUXWARD_HEARTBEAT"; do sleep 0.5; done');
    await own.agentThat('web', 'is healthy', ({ health }) => health.status === 'healthy', 20_000);
    const { pid: beatPid } = await own.agentThat('beat', 'is healthy', ({ health }) => health.status === 'healthy', 20_000);
    const daemon = await own.daemonPid();
    process.kill(beatPid ?? Number.NaN, 'SIGSTOP');
    process.kill(daemon, 'SIGSTOP');
    await new Promise((done) => setTimeout(done, 6000));
    process.kill(daemon, 'SIGCONT');
    process.kill(beatPid ?? Number.NaN, 'SIGCONT');
    const okSince = (await own.agent('web')).health.lastOkAt ?? '';
    await own.agentThat('web', 'was asked again', ({ health }) => (health.lastOkAt ?? '') > okSince, 20_000);
    await own.agentThat('beat', 'is healthy', ({ health }) => health.status === 'healthy', 20_000);
    expect((await own.agents()).map(({ restarts, exit }) => [restarts, exit])).toEqual([[0, null], [0, null]]);
  } finally {
    await own.end();
  }
});

test('startup, readiness and liveness from muxward.yaml', async () => {
  let ready = false;
  const port = await serve((request, response) => void response.writeHead(request.url === '/ready' && !ready ? 503 : 200).end());
  mkdirSync(home.file('shop'));
  writeFileSync(
    home.file('shop/muxward.yaml'),
    `agents:
  api:
    command: sleep 1000
    health:
      startup: {command: test -e up, interval: 200ms, failures: 500}
      readiness: {http: "http://127.0.0.1:${port}/ready", interval: 200ms, failures: 1}
      liveness: {tcp: ${port}, interval: 200ms, successes: 2}
`,
  );
  expect(await home.run(['up'], { cwd: home.file('shop') })).toMatchObject({ status: 0 });
  const starting = await home.inspect('api');
  expect(starting).toMatchObject({ health: { status: 'starting' }, checks: [{ name: 'startup' }, { name: 'readiness', last: null }, { name: 'liveness', last: null }] });
  writeFileSync(home.file('shop/up'), '');
  const notReady = await home.agentThat('api', 'is not ready', ({ health }) => health.status === 'unhealthy', 20_000);
  expect(notReady).toMatchObject({ state: 'ready', restarts: 0, health: { reason: 'answered 503' } });
  ready = true;
  await home.agentThat('api', 'is ready', ({ health }) => health.status === 'healthy', 20_000);
  expect((await home.inspect('api')).checks.map(({ verdict }) => verdict)).toEqual(['passing', 'passing', 'passing']);
});
