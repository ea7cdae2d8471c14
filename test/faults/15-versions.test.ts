// State of another version of muxward.
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { fault } from './fault.ts';

/** An agent as the first version stored it, with no field that came later. */
const SPEC = {
  name: 'old', type: 'worker', project: null, labels: { team: 'web' }, capabilities: [], cwd: '/tmp', command: ['/bin/sleep', '1000'],
  env: { PATH: '/usr/bin:/bin' }, umask: 18, prompt: null, model: null, permissionMode: null, role: null,
  restart: { policy: 'on-failure', maxRestarts: 3, windowMs: 600_000, baseDelayMs: 200, maxDelayMs: 60_000, stableAfterMs: 60_000 },
  health: { probe: { kind: 'none' }, intervalMs: 30_000 }, limits: { memoryBytes: null, cpu: null, timeoutMs: null }, declaredAs: null,
};
const RECORD = {
  id: 'ag_old', createdAt: '2026-01-01T00:00:00.000Z', state: 'failed', reason: 'exit 1, 4 times in 7 s', since: '2026-01-01T00:00:07.000Z', wish: 'run',
  generation: 4, restarts: 3, process: null, startedAt: '2026-01-01T00:00:06.000Z', wrapper: null, pane: null,
  exit: { kind: 'exited', code: 1, signal: null, at: '2026-01-01T00:00:07.000Z' }, restartedAt: [], restartsInARow: 3,
  verdicts: [{ at: '2026-01-01T00:00:07.000Z', reason: 'exit 1, 4 times in 7 s' }], sessionId: null,
};

fault(15, 'The state was written by the first version', 'it loads, and its agents start', async (home) => {
  mkdirSync(home.home, { mode: 0o700 });
  const file = path.join(home.home, 'muxward.db');
  const db = new DatabaseSync(file);
  db.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`);
  db.prepare('INSERT INTO agents (name, id, spec, record) VALUES (?, ?, ?, ?)').run('old', 'ag_old', JSON.stringify(SPEC), JSON.stringify(RECORD));
  db.close();
  chmodSync(file, 0o600);
  expect(await home.agent('old')).toMatchObject({ id: 'ag_old', state: 'failed', restarts: 3, labels: { team: 'web' } });
  expect((await home.inspect('old')).verdicts[0]).toMatchObject({ reason: 'exit 1, 4 times in 7 s' });
  await home.ok('start', 'old');
  expect(await home.agent('old')).toMatchObject({ state: 'ready', generation: 5 });
});

fault(15, 'The state was written by a newer version', 'refused with that reason, and not a byte of it changed', async (home) => {
  await home.ok('daemon', 'start');
  await home.ok('daemon', 'stop');
  const file = path.join(home.home, 'muxward.db');
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 999');
  db.close();
  const before = readFileSync(file);
  const { status, stderr } = await home.run(['status']);
  expect([status, stderr]).toEqual([4, expect.stringContaining('newer muxward')]);
  expect(readFileSync(file).equals(before)).toBe(true);
});
