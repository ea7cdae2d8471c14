// A file that the owner of the agent may not read: by another user where the tests run as root, who may read all.
import { execFileSync, fork, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { verifyCheckpoint } from '../../../src/checkpoints/verify.ts';
import type { WorkerOrder } from '../../fixtures/checkpoint-worker.ts';
import { TestVault } from '../../helpers/checkpoint-vault.ts';

const WORKER = path.join(import.meta.dirname, '../../fixtures/checkpoint-worker.ts');
const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
const isPossible = !isRoot || spawnSync(process.execPath, ['-e', `require('fs').readFileSync(${JSON.stringify(WORKER)})`], { ...NOBODY, cwd: '/' }).status === 0;

test.skipIf(!isPossible)('files that may not be read are told and left alone; the rest is saved', { timeout: 60_000 }, async () => {
  // Where others may look, too.
  vi.stubEnv('MUXWARD_TEST_ROOT', tmpdir());
  const it = new TestVault();
  vi.unstubAllEnvs();
  onTestFinished(() => it.end());
  it.init();
  writeFileSync(path.join(it.folder, 'closed'), 'nobody shall see');
  if (isRoot) execFileSync('chown', ['-R', `${NOBODY.uid}:${NOBODY.gid}`, it.base]);
  if (isRoot) execFileSync('chown', ['0:0', path.join(it.folder, 'closed')]);
  chmodSync(path.join(it.folder, 'closed'), isRoot ? 0o600 : 0);
  const order: WorkerOrder = { what: 'create', folder: it.vault.manifests.folder, home: it.home, request: it.request(), journal: it.journal({ agent: 'coder', id: 'none' } as never) };
  const worker = fork(WORKER, { execArgv: [], cwd: it.base, env: { ...process.env, HOME: it.base }, ...(isRoot ? NOBODY : {}) });
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.once('message', () => worker.send(order));
  expect(await ended).toBe(0);
  if (isRoot) execFileSync('chown', ['-R', '0:0', it.base]);
  const [made] = it.vault.manifests.list('coder').checkpoints;
  expect(made?.notes).toEqual(['not saved: closed (it cannot be read)']);
  expect(made && (await verifyCheckpoint(it.vault, made))).toEqual([]);
  expect(it.git('ls-tree', '-r', '--name-only', made?.roots[0]?.commit ?? '').split('\n')).toEqual(['a.txt', 'sub/b.txt']);
});
