// checkpoint and rollback as users call them: a real daemon, a real agent, a real repository.
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import type { CheckpointView, RollbackReply } from '../../../src/core/checkpoint.ts';
import type { CheckpointList } from '../../../src/core/protocol.ts';
import { eventually, isAlive, MuxwardHome } from '../../helpers/muxward-home.ts';

vi.setConfig({ testTimeout: 60_000 });

let home: MuxwardHome;
let folder: string;

const inFolder = (name: string): string => path.join(folder, name);
const read = (name: string): string => readFileSync(inFolder(name), 'utf8');
const list = async (...args: string[]): Promise<readonly CheckpointView[]> => (await home.json<CheckpointList>('checkpoint', 'list', ...args)).checkpoints;

beforeEach(() => {
  home = new MuxwardHome();
  onTestFinished(() => home.end());
  folder = home.file('project');
  mkdirSync(folder);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  writeFileSync(inFolder('a.txt'), 'one');
});

test('an agent goes back with its files, runs again, and goes forward by --undo', async () => {
  const { pid } = await home.spawn('coder', '--cwd', folder, '--', 'sh', '-c', 'echo on its screen; exec sleep 1000');
  await eventually(async () => (await home.ok('capture', 'coder')).includes('on its screen'), 'it has said something', 20_000);
  const made = await home.json<CheckpointView>('checkpoint', 'create', 'coder', '-m', 'first');
  expect(await home.ok('checkpoint', 'show', made.id, '--screen')).toBe('on its screen\n');
  expect(made).toMatchObject({ agent: 'coder', message: 'first', good: true, trigger: 'hand', files: { trees: 1, changed: 1 } });
  // It was held still, and goes on.
  expect(await home.agent('coder')).toMatchObject({ state: 'ready', pid });
  writeFileSync(inFolder('a.txt'), 'two');
  writeFileSync(inFolder('b.txt'), 'new');
  expect(await home.ok('checkpoint', 'diff', made.id, '--names')).toBe('M  a.txt\nA  b.txt\n');

  expect(await home.json('rollback', 'coder', '--dry-run')).toMatchObject({ dryRun: true, checkpoint: { id: made.id }, undone: null, filesChanged: 2 });
  const back = await home.json<RollbackReply>('rollback', 'coder');
  expect(back).toMatchObject({ checkpoint: { id: made.id }, filesChanged: 2, restarted: true });
  expect([read('a.txt'), existsSync(inFolder('b.txt'))]).toEqual(['one', false]);
  expect(await home.agent('coder')).toMatchObject({ state: 'ready', generation: 2 });

  expect(await home.ok('rollback', 'coder', '--undo')).toContain(`coder is at ${back.undone?.id}`);
  expect([read('a.txt'), read('b.txt')]).toEqual(['two', 'new']);
  expect(await home.ok('checkpoint', 'verify')).toMatch(/^(\S+ {2}coder {2}whole\n){3}$/);
  const types = (await home.events('--agent', 'coder')).map(({ type }) => type);
  expect(types.filter((type) => type.startsWith('checkpoint.'))).toEqual(['checkpoint.created', 'checkpoint.created', 'checkpoint.restored', 'checkpoint.created', 'checkpoint.restored']);
});

test('a daemon that was killed while it held the agent still, and one killed in the middle of a rollback', async () => {
  const { pid } = await home.spawn('coder', '--cwd', folder, '--', 'sleep', '1000');
  const made = await home.json<CheckpointView>('checkpoint', 'create', 'coder');
  writeFileSync(inFolder('a.txt'), 'two');
  // What git reads from here does not come to an end: the daemon is killed while it waits, with the agent held.
  execFileSync('mkfifo', [inFolder('.gitignore')]);
  const creating = home.run(['checkpoint', 'create', 'coder']);
  await eventually(() => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T '), 'it is held', 20_000);
  process.kill(daemonPidOf(home), 'SIGKILL');
  await eventually(() => !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') T '), 'it goes on', 20_000);
  await creating;
  // Its git reads on, and ends.
  closeSync(openSync(inFolder('.gitignore'), constants.O_RDWR | constants.O_NONBLOCK));
  rmSync(inFolder('.gitignore'));

  const journal = { agent: 'coder', target: made.id, before: null, part: 'both', phase: 'restoring', cwd: folder, umask: 0o022, wasRunning: true, transcript: null, at: '' };
  process.kill(await home.daemonPid(), 'SIGKILL');
  writeFileSync(path.join(home.home, 'checkpoints/coder/rollback.json'), JSON.stringify(journal), { mode: 0o600 });
  await home.agent('coder');
  expect(read('a.txt')).toBe('one');
  expect(existsSync(path.join(home.home, 'checkpoints/coder/rollback.json'))).toBe(false);
  expect(isAlive(pid ?? 0)).toBe(true);
});

test('prune, export and import; what rm forgets is saved first', async () => {
  await home.spawn('coder', '--cwd', folder, '--', 'sleep', '1000');
  const [first] = [await home.json<CheckpointView>('checkpoint', 'create', 'coder')];
  for (const content of ['two', 'three']) {
    writeFileSync(inFolder('a.txt'), content);
    await home.ok('checkpoint', 'create', 'coder');
  }
  const file = home.file('first.muxward');
  await home.ok('checkpoint', 'export', first.id, file);
  expect((await home.run(['checkpoint', 'prune', 'coder', '--keep', '1', '--dry-run'])).stdout.split('\n')).toHaveLength(3);
  await home.ok('checkpoint', 'prune', 'coder', '--keep', '1');
  expect(await list('coder')).toHaveLength(1);
  expect((await home.run(['checkpoint', 'show', first.id])).status).toBe(3);

  const other = home.file('elsewhere');
  mkdirSync(other);
  await home.spawn('other', '--cwd', other, '--', 'sleep', '1000');
  const imported = await home.json<CheckpointView>('checkpoint', 'import', file, '--agent', 'other');
  await home.ok('rollback', 'other', imported.id);
  expect(readFileSync(path.join(other, 'a.txt'), 'utf8')).toBe('one');

  const bytes = readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 40) ^ 0xff, bytes.length - 40);
  writeFileSync(file, bytes);
  expect(await home.run(['checkpoint', 'import', file, '--agent', 'other'])).toMatchObject({ status: 1, stderr: expect.stringContaining('cannot read') as string });

  writeFileSync(inFolder('a.txt'), 'unsaved');
  await home.ok('rm', '--force', 'coder');
  const [last] = await list('coder');
  expect(last).toMatchObject({ trigger: 'remove' });
});

test('an agent that was removed is there again, with its files and the values of its environment', async () => {
  await home.spawn('coder', '--cwd', folder, '--env', 'TOKEN=s3cret, "quoted"', '--restart', 'no', '--', 'sh', '-c', 'echo "$TOKEN" > token.txt; exec sleep 1000');
  await eventually(() => existsSync(inFolder('token.txt')), 'it runs', 20_000);
  rmSync(inFolder('token.txt'));
  const { id } = await home.json<CheckpointView>('checkpoint', 'create', 'coder');
  const file = home.file('coder.muxward');
  await home.ok('checkpoint', 'export', id, file);
  writeFileSync(inFolder('a.txt'), 'two');
  expect(await home.ok('rm', '--force', 'coder')).toContain('back again: muxward rollback coder');

  expect(await home.json('rollback', 'coder', id, '--dry-run')).toMatchObject({ broughtBack: true, restarted: false });
  expect(await home.run(['inspect', 'coder'])).toMatchObject({ status: 3 });
  expect(await home.json('rollback', 'coder', id)).toMatchObject({ broughtBack: true, restarted: false });
  expect(read('a.txt')).toBe('one');
  expect(await home.json('inspect', 'coder')).toMatchObject({ state: 'created', cwd: folder, restartPolicy: { policy: 'no' } });
  await home.ok('start', 'coder');
  await eventually(() => existsSync(inFolder('token.txt')) && read('token.txt') !== '', 'it runs', 20_000);
  expect(read('token.txt')).toBe('s3cret, "quoted"\n');

  const imported = await home.json<CheckpointView>('checkpoint', 'import', file, '--agent', 'coder');
  await home.ok('rm', '--force', 'coder');
  expect(await home.run(['rollback', 'coder', imported.id])).toMatchObject({ status: 6, stderr: expect.stringContaining('without the values of its environment') as string });
  rmSync(path.join(home.home, 'checkpoints/.environment-key'));
  expect(await home.run(['rollback', 'coder', id])).toMatchObject({ status: 6, stderr: expect.stringContaining('the key to them is gone') as string });
  expect(await home.run(['inspect', 'coder'])).toMatchObject({ status: 3 });
});

test('a worktree that was deleted by hand is made again, and filled', async () => {
  execFileSync('git', ['-c', 'user.name=u', '-c', 'user.email=u@example.com', 'commit', '-q', '--allow-empty', '-m', 'first'], { cwd: folder });
  const { worktree } = await home.spawn('coder', '--cwd', folder, '--worktree', '--', 'sleep', '1000');
  const file = path.join(worktree ?? '', 'work.txt');
  writeFileSync(file, 'not committed');
  await home.ok('checkpoint', 'create', 'coder');
  rmSync(worktree ?? '', { recursive: true });
  expect(await home.run(['checkpoint', 'create', 'coder'])).toMatchObject({ status: 1, stderr: expect.stringContaining('a rollback makes it again') as string });
  await home.ok('rollback', 'coder');
  expect(readFileSync(file, 'utf8')).toBe('not committed');
  expect((await home.agent('coder')).state).toBe('ready');
});

test('an agent that fails again and again goes back to the last good checkpoint by itself', async () => {
  home.configure('defaults: {recovery: {roll_back_after: 2}}\nrestart: {base_delay: 10ms}\n');
  await home.spawn('coder', '--cwd', folder, '--restart', 'always', '--', 'sh', '-c', 'grep -q one a.txt && exec sleep 1000; exit 1');
  const made = await home.json<CheckpointView>('checkpoint', 'create', 'coder');
  writeFileSync(inFolder('a.txt'), 'broken');
  process.kill((await home.agent('coder')).pid ?? 0, 'SIGKILL');
  await eventually(() => read('a.txt') === 'one', 'it is back', 40_000);
  await home.agentThat('coder', 'runs again', ({ state, generation }) => state === 'ready' && generation > 2, 40_000);
  const restored = (await home.events('--agent', 'coder')).flatMap((event) => (event.type === 'checkpoint.restored' ? [event.data.id] : []));
  expect(restored).toEqual([made.id]);
});

test('what is wrong is said', async () => {
  await home.spawn('coder', '--cwd', folder, '--', 'sleep', '1000');
  expect(await home.ok('checkpoint', 'list')).toBe('No checkpoints yet. Make one: muxward checkpoint create NAME\n');
  expect(await home.run(['rollback', 'coder'])).toMatchObject({ status: 3, stderr: expect.stringContaining('has no checkpoint to go back to') as string });
  expect(await home.run(['rollback', 'coder', '--undo'])).toMatchObject({ status: 1 });
  expect(await home.run(['rollback', 'nobody'])).toMatchObject({ status: 3 });
  expect(await home.run(['checkpoint', 'show', '../../etc'])).toMatchObject({ status: 3 });
  const { id } = await home.json<CheckpointView>('checkpoint', 'create', 'coder');
  const manifest = path.join(home.home, 'checkpoints/coder', id, 'manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"hand"', '"turn"'));
  expect(await home.run(['rollback', 'coder', id])).toMatchObject({ status: 6 });
  expect(await home.run(['checkpoint', 'verify'])).toMatchObject({ status: 1, stdout: expect.stringContaining('its manifest is damaged') as string });
});

function daemonPidOf({ home: folderOfHome }: MuxwardHome): number {
  const line = readFileSync(path.join(folderOfHome, 'daemon.log'), 'utf8').split('\n').findLast((each) => each.includes(' serves ')) ?? '';
  return Number(/\(pid (\d+)/.exec(line)?.[1]);
}
