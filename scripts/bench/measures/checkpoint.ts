/** Checkpoints of a repository of 10,000 files (100 MB) beside what git itself takes for as much, in turns. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createCheckpoint, openVault, type CheckpointRequest, type Vault } from '../../../src/checkpoints/create.ts';
import { findRoot } from '../../../src/checkpoints/find-root.ts';
import { findDifferences } from '../../../src/checkpoints/obstacles.ts';
import { makeReady, putBack } from '../../../src/checkpoints/restore-tree.ts';
import { openShadow } from '../../../src/checkpoints/shadow.ts';
import { takeSnapshot } from '../../../src/checkpoints/snapshot.ts';
import type { Checkpoint } from '../../../src/core/checkpoint.ts';
import { BenchError } from '../bench-error.ts';
import type { Bench } from '../bench.ts';
import { inTurns, type Take } from '../in-turns.ts';
import { lineOfMedians, type Line } from '../line.ts';

const FOLDERS = 100;
const FILES_A_FOLDER = 100;
const FILE_BYTES = 10_240;
const CHANGED = 50;
const MANY = 60;
const LIMITS = { maxFileBytes: 2 ** 27, maxBytes: 2 ** 31 };

/** What it is held to is what git itself takes for the same. */
export async function measureCheckpoint({ scratch, options }: Bench): Promise<Line[]> {
  const work = new Work(scratch.folder);
  const saved = await inTurns({ muxward: work.checkpoint, git: work.stashAndAdd }, options.reps, 1);
  const again = await inTurns({ muxward: work.unchanged }, options.reps, 1);
  const back = await inTurns({ muxward: work.restore, git: work.checkout }, options.reps, 1);
  return [
    lineOfMedians('checkpoint of 10,000 files, 50 changed', saved.summaries, [{ kind: 'times-of', other: 'git', atMost: 1.5 }]),
    lineOfMedians('… the next, nothing changed', again.summaries, [{ kind: 'value', below: 150 }]),
    lineOfMedians('… 50 files put back', back.summaries, [{ kind: 'times-of', other: 'git', atMost: 1.5 }]),
    ...(await work.many()),
  ];
}

/** A repository, its vault, and what is done to both. */
class Work {
  readonly #folder: string;
  readonly #vault: Vault;
  readonly #home: string;
  #count = 0;

  /** The repository is made here. */
  constructor(scratch: string) {
    this.#folder = path.join(scratch, 'repository');
    this.#home = path.join(scratch, 'vault');
    fs.mkdirSync(this.#folder);
    fs.mkdirSync(this.#home);
    this.#vault = openVault(path.join(this.#home, 'checkpoints'), this.#home, LIMITS);
    for (let d = 0; d < FOLDERS; d += 1) {
      fs.mkdirSync(path.join(this.#folder, `d${d}`));
      for (let f = 0; f < FILES_A_FOLDER; f += 1) this.#write(d, f);
    }
    this.#git('init', '-q');
    this.#git('add', '-A');
    this.#git('commit', '-qm', 'all');
  }

  /** The first one, in the warm-up, also reads every file for its index; those after it do not. */
  readonly checkpoint: Take = async () => {
    this.#change();
    return timed(() => this.#create());
  };

  readonly unchanged: Take = async () => {
    await this.#create();
    return timed(() => this.#create());
  };

  /** Both write their objects and the index; the index is put back, so that each round does the same. */
  readonly stashAndAdd: Take = async () => {
    this.#change();
    const index = path.join(this.#folder, '.git/index');
    fs.copyFileSync(index, `${index}.kept`);
    const ms = await timed(() => {
      this.#git('stash', 'create');
      this.#git('add', '-A');
    });
    fs.renameSync(`${index}.kept`, index);
    return ms;
  };

  /** Without the snapshot before it, which is a checkpoint like any other. */
  readonly restore: Take = async () => {
    const target = await this.#create();
    this.#change();
    const shadow = openShadow(this.#vault.places.shadows, await findRoot(this.#folder, this.#home), this.#home);
    const now = await takeSnapshot(shadow, { ...LIMITS, ignored: false, umask: 0o022 });
    const [root] = target.roots;
    if (root === undefined) return null;
    return timed(async () => {
      const changes = await findDifferences(shadow, now, root);
      await putBack(await makeReady(shadow, changes, ''), 0o022);
    });
  };

  readonly checkout: Take = async () => {
    // Where the round before left nothing to commit, too.
    this.#git('commit', '-qam', 'before', '--allow-empty');
    this.#change();
    this.#git('commit', '-qam', 'after');
    return timed(() => void this.#git('checkout', '-q', 'HEAD~1'));
  };

  /** One a second, and what is kept grows by what was changed, and little more. */
  async many(): Promise<Line[]> {
    this.#git('add', '-A');
    await this.#create();
    const before = this.#bytes();
    let changed = 0;
    let tookMs = 0;
    for (let n = 0; n < MANY; n += 1) {
      for (let f = 0; f < CHANGED; f += 1) this.#write(n % FOLDERS, f);
      changed += CHANGED * FILE_BYTES;
      tookMs += await timed(() => this.#create());
    }
    const grown = (this.#bytes() - before) / changed;
    return [
      { what: `${MANY} checkpoints, each of ${CHANGED} changed`, unit: 'ms', values: { muxward: tookMs }, bars: [{ kind: 'value', below: 60_000 }] },
      { what: '… growth, of what changed', unit: 'times', values: { muxward: grown }, bars: [{ kind: 'value', below: 1.2 }] },
    ];
  }

  async #create(): Promise<Checkpoint> {
    const made = await createCheckpoint(this.#vault, this.#request());
    if (made === null) throw new BenchError('no checkpoint was made', 'one is made, changed or not, unless onlyIfChanged is asked for');
    return made;
  }

  #request(): CheckpointRequest {
    this.#count += 1;
    const agent = { agent: 'bench', agentId: 'ag_bench', type: 'worker', state: 'ready', isGood: true, transcript: null, screen: null, environment: {}, cursor: null, task: null };
    const asked = { message: null, trigger: 'hand', ignored: false } as const;
    const definition = { name: 'bench' } as CheckpointRequest['definition'];
    return { ...agent, ...asked, id: `cp_${this.#count}`, cwd: this.#folder, umask: 0o022, definition };
  }

  #change(): void {
    for (let f = 0; f < CHANGED; f += 1) this.#write(f % 5, f);
  }

  #write(d: number, f: number): void {
    // Noise: compression finds nothing in it.
    fs.writeFileSync(path.join(this.#folder, `d${d}`, `f${f}.txt`), randomBytes(FILE_BYTES));
  }

  #git(...args: string[]): string {
    const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', HOME: this.#home };
    const settings = ['user.name=bench', 'user.email=bench@localhost', 'gc.auto=0'].flatMap((each) => ['-c', each]);
    return execFileSync('git', [...settings, ...args], { cwd: this.#folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  #bytes(): number {
    const all = [path.join(this.#folder, '.git/objects'), this.#home].flatMap((folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true }));
    return all.reduce((sum, entry) => sum + (entry.isFile() ? fs.statSync(path.join(entry.parentPath, entry.name)).size : 0), 0);
  }
}

async function timed(work: () => unknown): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
