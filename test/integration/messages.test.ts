// Messages between agents as they and their users call them: a real daemon, which is killed, and agents that answer.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AnswerReply, InboxReply, Message } from '../../src/core/message.ts';
import { eventually, MUXWARD, MuxwardHome, statusOf, type Ran } from '../helpers/muxward-home.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let home: MuxwardHome;

beforeAll(async () => {
  home = new MuxwardHome();
  for (const name of ['a', 'b']) await home.spawn(name, '--project', name === 'a' ? 'one' : 'two', '--', 'sleep', '1000');
});

afterAll(() => home.end());

/** As an agent would call it. */
const inside = (agent: string, ...args: string[]): Promise<Ran> => home.run(['msg', ...args], { env: { MUXWARD_AGENT: agent } });
const show = (id: string): Promise<Message> => home.json<Message>('msg', 'show', id);
const killDaemon = async (): Promise<boolean> => process.kill(await home.daemonPid(), 'SIGKILL');
const inbox = async (name: string, ...flags: string[]): Promise<string[]> => (await home.json<InboxReply>('msg', 'inbox', name, ...flags)).messages.map(({ body }) => body);

test('are handed over in their order, kept over the death of the daemon and restarts, and gone once acknowledged', async () => {
  expect((await inside('a', 'send', '--to', 'b', '--priority', 'low', 's3cret low')).status).toBe(0);
  const { stdout } = await inside('a', 'send', '--to', 'b', '--topic', 'build.main', '--priority', 'critical', 'critical', 'one');
  await home.ok('msg', 'send', '--to', 'b', 'from a human');
  await killDaemon();
  await home.ok('restart', 'b');
  const id = stdout.trim();
  expect(await show(id)).toMatchObject({ from: 'a', to: 'b', state: 'queued', receipts: { accepted: null, acted: null } });
  expect((await inside('b', 'inbox')).stdout.split('\n')).toEqual([
    expect.stringMatching(/^msg_\w{12} {2}critical {2}from a {2}\d+s ago {2}on build\.main$/), '  critical one', '',
    expect.stringMatching(/ normal {2}from user /), '  from a human', '',
    expect.stringMatching(/ low {2}from a /), '  s3cret low', '',
  ]);
  expect(await show(id)).toMatchObject({ state: 'accepted', receipts: { queued: expect.any(String) as string, injected: null, accepted: expect.any(String) as string } });
  expect(await inside('b', 'ack', id)).toMatchObject({ status: 0, stderr: '1 acknowledged\n' });
  await killDaemon();
  expect(await inbox('b', '--ack')).toEqual(['from a human', 's3cret low']);
  expect(await home.ok('msg', 'inbox', 'b')).toBe('No messages for b. Wait for one: muxward msg inbox b --wait\n');
  const events = (await home.events('--agent', 'b')).filter(({ type }) => type.startsWith('message.'));
  expect(events.map(({ type }) => type)).toEqual(['message.queued', 'message.queued', 'message.queued', 'message.acknowledged', 'message.acknowledged', 'message.acknowledged']);
  expect(JSON.stringify(events)).not.toContain('s3cret');
});

test('request gives what an agent answers from inside; who waits outlives the daemon', async () => {
  const script = home.script('pong', `set -- $(${MUXWARD} msg inbox --wait | head -n 1)\n${MUXWARD} msg send --reply-to "$1" "pong to $1"\n${MUXWARD} msg ack "$1"\nexec sleep 1000`);
  await home.spawn('pong', '--', script);
  await killDaemon();
  const request = home.start(['msg', 'request', '--to', 'pong', '--from', 'a', '--timeout', '30s', '--json', 'ping\u001B[31m']);
  expect(await statusOf(request)).toBe(0);
  const { request: sent, answer } = JSON.parse(request.output()) as { request: Message; answer: NonNullable<AnswerReply['answer']> };
  expect(answer).toMatchObject({ from: 'pong', to: 'a', body: `pong to ${sent.id}`, replyTo: sent.id, type: 'reply' });
  expect(await show(answer.id)).toMatchObject({ state: 'acted' });
  expect(await home.ok('msg', 'show', sent.id)).not.toContain('\u001B');

  const waiting = home.start(['msg', 'inbox', 'user', '--wait', '--timeout', '30s']);
  await eventually(() => connectionsTo(`${home.home}/api.sock`) > 0, 'it waits');
  await killDaemon();
  await inside('a', 'send', '--to', 'user', 'are you there?');
  expect(await statusOf(waiting)).toBe(0);
  expect(waiting.output()).toContain('  are you there?\n');
});

test('go to all, or to some; what comes to nothing is a dead letter', async () => {
  const all = await home.json<{ messages: Message[] }>('msg', 'broadcast', '--from', 'a', 'to all');
  expect(all.messages.map(({ to }) => to).toSorted()).toEqual(['b', 'pong']);
  expect(new Set(all.messages.map(({ broadcast }) => broadcast)).size).toBe(1);
  const some = await home.json<{ messages: Message[] }>('msg', 'broadcast', '--project', 'two', '--ttl', '200ms', 'to some');
  expect(some.messages.map(({ to }) => to)).toEqual(['b']);
  await home.ok('msg', 'subscribe', 'b', 'health.*');
  expect((await home.json<{ messages: Message[] }>('msg', 'publish', '--topic', 'health.cpu', 'hot')).messages).toMatchObject([{ to: 'b', topic: 'health.cpu' }]);
  await home.ok('rm', '--force', 'pong');
  const dead = async (): Promise<string[]> => (await home.json<{ messages: Message[] }>('msg', 'dead', 'list')).messages.map(({ to, body, receipts }) => `${to}: ${body}: ${receipts.dead?.cause}`);
  await eventually(async () => (await dead()).length === 2, 'both are dead');
  expect((await dead()).toSorted()).toEqual(['b: to some: expired', 'pong: to all: removed']);
  expect(await home.run(['msg', 'dead', 'retry', '--all'])).toMatchObject({ status: 3, stderr: expect.stringContaining('no agent is called "pong"') as string });
  await home.spawn('pong', '--', 'sleep', '1000');
  expect(await inbox('pong')).toEqual([]);
  expect(await home.ok('msg', 'dead', 'retry', all.messages.find(({ to }) => to === 'pong')?.id ?? '')).toMatch(/to pong: in the inbox again/);
  expect(await inbox('pong')).toEqual(['to all']);
  await home.ok('msg', 'dead', 'drop', '--all');
  expect(await home.ok('msg', 'dead')).toBe('No dead letters.\n');
  expect((await home.ok('msg', 'history', '--agent', 'pong')).split('\n')[0]).toMatch(/^ID .*STATE .*SAYS$/);
});

const WRONG: readonly (readonly [readonly string[], number, RegExp])[] = [
  [['send', '--to', 'bb', 'x'], 3, /did you mean b/],
  [['send', '--from', 'nobody', '--to', 'b', 'x'], 3, /nobody/],
  [['send', 'x'], 2, /to whom/],
  [['send', '--to', 'b'], 2, /what text/],
  [['send', '--to', 'b', '--priority', 'hihg', 'x'], 2, /did you mean high/],
  [['send', '--to', 'b', '--ttl', '0', 'x'], 2, /--ttl/],
  [['send', '--reply-to', 'msg_none', 'x'], 3, /msg_none/],
  [['inbox', 'b', '--timeout', '1s'], 2, /--wait/],
  [['inbox', 'a', '--ack', '--wait', '--timeout', '100ms'], 5, /no message for a/],
  [['request', '--to', 'b', '--timeout', '100ms', 'x'], 5, /has not answered/],
  [['ack'], 2, /which messages/],
  [['ack', 'msg_none'], 3, /msg_none/],
  [['history', '--agent', 'nobody'], 3, /nobody/],
  [['dead', 'drpo'], 2, /did you mean drop/],
  [['unsubscribe', 'a', 'x'], 3, /not subscribed/],
];

test('what is wrong is said, with its status', async () => {
  await home.ok('msg', 'inbox', 'a', '--ack');
  await Promise.all(
    WRONG.map(async ([args, status, words]) => {
      const ran = await home.run(['msg', ...args]);
      expect([args.join(' '), ran.status]).toEqual([args.join(' '), status]);
      expect(ran.stderr).toMatch(words);
    }),
  );
  expect(await home.run(['msg', 'send', '--to', 'b', '-'], { input: 'x'.repeat(300_000) })).toMatchObject({ status: 2, stderr: expect.stringContaining('256 kB') as string });
});

/** Accepted and open, as the kernel knows them: the daemon's side bears the path. */
function connectionsTo(socket: string): number {
  const lines = readFileSync('/proc/net/unix', 'utf8').split('\n');
  return lines.filter((line) => line.endsWith(` ${socket}`) && line.split(/ +/)[5] === '03').length;
}
