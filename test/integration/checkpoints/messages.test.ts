// How far an agent has come in its messages goes back with it, and forward again; also when the daemon dies in between.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CheckpointView, RollbackReply } from '../../../src/core/checkpoint.ts';
import type { InboxReply, Message } from '../../../src/core/message.ts';
import { MuxwardHome } from '../../helpers/muxward-home.ts';

vi.setConfig({ testTimeout: 60_000 });

let home: MuxwardHome;
let folder: string;

beforeEach(async () => {
  home = new MuxwardHome();
  folder = home.file('project');
  mkdirSync(folder);
  await home.spawn('coder', '--cwd', folder, '--', 'sleep', '1000');
});

afterEach(() => home.end());

const send = async (body: string): Promise<string> => (await home.ok('msg', 'send', '--to', 'coder', body)).trim();
const inbox = async (): Promise<string[]> => (await home.json<InboxReply>('msg', 'inbox', 'coder')).messages.map(({ body }) => body);
const killDaemon = async (): Promise<boolean> => process.kill(await home.daemonPid(), 'SIGKILL');

test('a rollback opens what was acknowledged since, --undo acknowledges it again, and nothing is lost', async () => {
  const [first, second] = [await send('first'), await send('second')];
  await home.ok('msg', 'ack', first);
  const { id } = await home.json<CheckpointView>('checkpoint', 'create', 'coder');
  expect(await home.ok('checkpoint', 'show', id)).toMatch(/^messages +1 not acknowledged$/m);
  await home.ok('msg', 'ack', second);
  await send('third');
  expect(await inbox()).toEqual(['third']);

  expect(await home.json('rollback', 'coder', '--files-only')).toMatchObject({ messagesReopened: 0 });
  expect(await inbox()).toEqual(['third']);
  expect(await home.json('rollback', 'coder', id, '--dry-run')).toMatchObject({ messagesReopened: 1 });
  expect(await inbox()).toEqual(['third']);
  expect(await home.ok('rollback', 'coder', id)).toContain(', 1 message open again, and runs again');
  await killDaemon();
  expect(await inbox()).toEqual(['second', 'third']);
  expect(await home.json<Message>('msg', 'show', second)).toMatchObject({ state: 'accepted', place: 2, receipts: { reopened: expect.any(String) as string } });

  expect(await home.json<RollbackReply>('rollback', 'coder', '--undo')).toMatchObject({ messagesReopened: 0 });
  await killDaemon();
  expect(await inbox()).toEqual(['third']);
  expect(await home.json<Message>('msg', 'show', second)).toMatchObject({ state: 'acted', receipts: { reopened: null } });
});

test('a rollback that a killed daemon left is finished with its messages; what died with a removed agent lives again', async () => {
  const first = await send('first');
  const made = await home.json<CheckpointView>('checkpoint', 'create', 'coder');
  await home.ok('msg', 'ack', first);
  const journal = { agent: 'coder', target: made.id, before: null, part: 'both', phase: 'restoring', cwd: folder, umask: 0o022, wasRunning: true, transcript: null, at: '' };
  await killDaemon();
  writeFileSync(path.join(home.home, 'checkpoints/coder/rollback.json'), JSON.stringify(journal), { mode: 0o600 });
  expect(await inbox()).toEqual(['first']);

  await home.ok('rm', '--force', 'coder');
  expect(await home.json<Message>('msg', 'show', first)).toMatchObject({ state: 'dead' });
  expect(await home.json('rollback', 'coder')).toMatchObject({ broughtBack: true, messagesReopened: 1 });
  expect(await inbox()).toEqual(['first']);
});
