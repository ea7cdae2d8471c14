// The daemon is killed again and again while messages are sent, read and acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { InboxReply, Message } from '../../src/core/message.ts';
import type { MuxwardHome } from '../helpers/muxward-home.ts';
import { fault, killDaemon } from './fault.ts';

const KILLS = 30;
const SENDERS = 3;

/** Of each message that `msg send` answered for: its id, by what it says. */
async function sendUntil(home: MuxwardHome, sender: number, isOver: () => boolean): Promise<Map<string, string>> {
  const sent = new Map<string, string>();
  for (let n = 0; !isOver(); n += 1) {
    const body = `${sender}-${n}`;
    const { status, stdout } = await home.run(['msg', 'send', '--to', 'reader', body]);
    if (status === 0) sent.set(body, stdout.trim());
  }
  return sent;
}

/** What was read, in the order in which it was, and which of it was acknowledged for certain. */
async function readUntil(home: MuxwardHome, isOver: () => boolean): Promise<string[]> {
  const acknowledged: string[] = [];
  while (!isOver()) {
    const { status, stdout } = await home.run(['--json', 'msg', 'inbox', 'reader']);
    const ids = status === 0 ? (JSON.parse(stdout) as InboxReply).messages.map(({ id }) => id) : [];
    if (ids.length > 0 && (await home.run(['msg', 'ack', ...ids])).status === 0) acknowledged.push(...ids);
  }
  return acknowledged;
}

fault(14, 'SIGKILL to the daemon, thirty times while messages are sent, read and acknowledged', 'each message that was answered for is there once, and what was acknowledged stays so', async (home) => {
  await home.spawn('reader', '--', 'sleep', '1000');
  let over = false;
  const senders = Array.from({ length: SENDERS }, (_, n) => sendUntil(home, n, () => over));
  const reader = readUntil(home, () => over);
  for (let n = 0; n < KILLS; n += 1) {
    await sleep(Math.random() * 150);
    await killDaemon(home);
  }
  over = true;
  const sent = (await Promise.all(senders)).flatMap((each) => [...each]);
  const acknowledged = await reader;
  const { messages } = await home.json<{ messages: Message[] }>('msg', 'history', '--limit', '9999999');
  expect(new Set(messages.map(({ body }) => body)).size).toBe(messages.length);
  const kept = new Map(messages.map(({ body, id }) => [body, id]));
  expect(sent.filter(([body, id]) => kept.get(body) !== id)).toEqual([]);
  const states = new Map(messages.map(({ id, state }) => [id, state]));
  expect(acknowledged.filter((id) => states.get(id) !== 'acted')).toEqual([]);
  const places = messages.flatMap(({ place }) => place ?? []);
  expect(places.toSorted((a, b) => a - b)).toEqual(places.map((_, i) => i + 1));
  expect([sent.length > KILLS, acknowledged.length > 0]).toEqual([true, true]);
});
