// Checkpoints under SIGKILL and on a full disk: the state before or the one after, never a mixture.
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openVault } from '../../src/checkpoints/create.ts';
import { findRoot } from '../../src/checkpoints/find-root.ts';
import { sweepLeftovers } from '../../src/checkpoints/prune.ts';
import { listRefs } from '../../src/checkpoints/refs.ts';
import { carryOut, endJournal, readJournal } from '../../src/checkpoints/rollback.ts';
import { openShadow } from '../../src/checkpoints/shadow.ts';
import { verifyCheckpoint } from '../../src/checkpoints/verify.ts';
import { outlastStrayGits } from '../../src/system/working-gits.ts';
import type { WorkerOrder } from '../fixtures/checkpoint-worker.ts';
import { TestVault } from '../helpers/checkpoint-vault.ts';
import { whyNoMounts } from './fault.ts';

const KILLS = 50;
const FILES = 30;

/** A worker that waits for its order. */
function hire(cache: string): Promise<ChildProcess> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const child = fork(path.join(import.meta.dirname, '../fixtures/checkpoint-worker.ts'), { execArgv: [], env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
  });
}

/** Kills it after so long, unless it is done before. Gives how long it worked. */
function employ(worker: ChildProcess, order: WorkerOrder, killAfterMs: number): Promise<number> {
  let said = '';
  worker.stderr?.on('data', (piece: Buffer) => (said += piece.toString()));
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => worker.kill('SIGKILL'), killAfterMs);
    worker.removeAllListeners('exit');
    worker.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (signal === 'SIGKILL' || code === 0) resolve(performance.now() - startedMs);
      else reject(new Error(`the worker failed: ${said}`));
    });
    worker.send(order);
  });
}

const fill = (it: TestVault, round: string): void =>
  it.write(Object.fromEntries(Array.from({ length: FILES }, (_, i) => [`d${i % 5}/f${i}.txt`, i < FILES / 2 ? `${round} ${i}\n` : `same ${i}\n`])));

test.for(['create', 'rollback', 'prune'] as const)(`14. SIGKILL at ${KILLS} random moments of %s → the state before or the one after, never a mixture`, { timeout: 400_000 }, async (what) => {
  const it = new TestVault();
  try {
    it.init();
    fill(it, 'target');
    it.write({ 'only-then.txt': 'then' });
    const [then, target] = [it.contents(), await it.create()];
    const shadow = openShadow(it.vault.places.shadows, await findRoot(it.folder, it.home), it.home);
    const trigger = what === 'rollback' ? { trigger: 'rollback', isGood: false } as const : {};
    const order = (): WorkerOrder => ({ what, folder: it.vault.manifests.folder, home: it.home, request: it.request(trigger), journal: it.journal(target) });
    const cache = path.join(it.base, 'cache');
    fill(it, 'warm');
    if (what === 'prune') await it.create();
    const wholeMs = await employ(await hire(cache), order(), 60_000);
    let next = hire(cache);
    for (let round = 1; round <= KILLS; round += 1) {
      // What has not changed is saved at little cost, and is pruned like anything else.
      if (what === 'prune') await it.create();
      else {
        fill(it, `round ${round}`);
        it.write({ [`new ${round}.txt`]: 'n' });
      }
      const [now, user] = [it.contents(), it.git('ls-files', '-s')];
      const worker = await next;
      next = hire(cache);
      await employ(worker, order(), Math.random() * wholeMs);
      // Half of the time git is killed too, as by a kernel that is short of memory.
      await outlastStrayGits(shadow.folder, round % 2 === 0 ? 0 : 20_000);

      const vault = openVault(it.vault.manifests.folder, it.home, it.vault.limits);
      const journal = readJournal(vault, 'coder');
      if (journal?.phase === 'restoring') await carryOut(vault, journal);
      if (journal !== null) endJournal(vault, journal);
      await sweepLeftovers(vault, 'coder');

      const found = it.contents();
      const isBack = what === 'rollback' && 'only-then.txt' in found && !(`new ${round}.txt` in found);
      expect(found).toEqual(isBack ? then : now);
      expect([what, journal?.phase ?? null, isBack]).not.toEqual(['rollback', 'restoring', false]);
      expect(it.git('ls-files', '-s')).toBe(user);
      const { checkpoints, damaged } = vault.manifests.list('coder');
      expect(damaged).toEqual([]);
      expect(checkpoints.map(({ id }) => id)).toContain(target.id);
      expect([...(await listRefs(shadow.storeDir, 'coder')).keys()].toSorted()).toEqual(checkpoints.flatMap(({ roots }) => roots.map(({ ref }) => ref)).toSorted());
      const checked = round % 10 === 0 ? checkpoints.slice(-3) : [];
      for (const one of checked) expect(await verifyCheckpoint(vault, one)).toEqual([]);
    }
    (await next).kill('SIGKILL');
  } finally {
    it.end();
  }
});

const noMounts = whyNoMounts();
if (noMounts !== null) process.stderr.write(`\nNOT TRIED HERE: fault 12, checkpoints on a full disk\n  because ${noMounts}\n`);

test.skipIf(noMounts !== null)('12. ENOSPC while a checkpoint is saved → it is said, what was there is whole, and it works again', { timeout: 90_000 }, async () => {
  const it = new TestVault();
  const disk = path.join(it.home, 'checkpoints');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'none', disk]);
  try {
    it.write({ 'a.txt': 'a' });
    const first = await it.create();
    writeFileSync(path.join(disk, 'filler'), Buffer.alloc(2_400_000));
    writeFileSync(path.join(it.folder, 'big.bin'), randomBytes(1_000_000));
    const failure = await it.create().then(
      () => null,
      (error: unknown) => error as Error & { code: string },
    );
    expect(failure?.message).toMatch(/disk is full|No space left/);
    writeFileSync(path.join(disk, 'filler'), '');
    await sweepLeftovers(it.vault, 'coder');
    expect(it.vault.manifests.list('coder').checkpoints.map(({ id }) => id)).toEqual([first.id]);
    expect(await verifyCheckpoint(it.vault, first)).toEqual([]);
    it.write({ 'big.bin': 'small now' });
    expect(await verifyCheckpoint(it.vault, await it.create())).toEqual([]);
    expect(readFileSync(path.join(it.folder, 'a.txt'), 'utf8')).toBe('a');
  } finally {
    execFileSync('umount', [disk]);
    it.end();
  }
});

test.skipIf(noMounts !== null)('12. ENOSPC in the middle of a rollback → it is said, and the same again finishes it once there is room', { timeout: 90_000 }, async () => {
  const it = new TestVault();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', it.folder]);
  const filler = path.join(it.folder, 'filler');
  try {
    it.init();
    it.write({ '.gitignore': 'filler\n', 'gone.txt': 'g' });
    writeFileSync(path.join(it.folder, 'big.bin'), randomBytes(1_000_000));
    const [then, target] = [it.contents(), await it.create()];
    it.write({ 'big.bin': 'small now', 'new.txt': 'n' });
    rmSync(path.join(it.folder, 'gone.txt'));
    const now = it.contents();
    const failure = await it
      .rollBack(target, {}, () => expect(() => writeFileSync(filler, Buffer.alloc(8_000_000))).toThrow(/ENOSPC/))
      .then(
        () => null,
        (error: unknown) => error as Error,
      );
    expect(failure?.message).toMatch(/disk is full|No space left/);
    rmSync(filler);
    // What was undone is in a checkpoint, whatever became of the files.
    const before = it.vault.manifests.list('coder').checkpoints.find(({ trigger }) => trigger === 'rollback');
    expect(before && (await verifyCheckpoint(it.vault, before))).toEqual([]);
    const journal = readJournal(it.vault, 'coder');
    if (journal === null) throw new Error('a rollback that broke off left no journal');
    await carryOut(it.vault, journal);
    endJournal(it.vault, journal);
    expect(it.contents()).toEqual(then);
    await it.rollBack(before as typeof target);
    expect(it.contents()).toEqual(now);
  } finally {
    execFileSync('umount', [it.folder]);
    it.end();
  }
});
