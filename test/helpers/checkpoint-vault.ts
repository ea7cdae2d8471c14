// A vault, a folder to save and the git that a user would run there: for tests of checkpoints without a daemon.
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCheckpoint, openVault, type CheckpointRequest, type Vault } from '../../src/checkpoints/create.ts';
import { carryOut, endJournal, prepareRollback, readyTrees, refuseDamagedTarget, writeJournal, type RollbackJournal } from '../../src/checkpoints/rollback.ts';
import type { Checkpoint } from '../../src/core/checkpoint.ts';

/** Nothing of whoever runs the tests: no user's configuration, no editor, a fixed name. */
const GIT_ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'u',
  GIT_AUTHOR_EMAIL: 'u@example.com',
  GIT_COMMITTER_NAME: 'u',
  GIT_COMMITTER_EMAIL: 'u@example.com',
  GIT_EDITOR: ':',
};

export class TestVault {
  readonly base = mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 'v'));
  readonly home = path.join(this.base, 'home');
  readonly folder = path.join(this.base, 'project');
  readonly vault: Vault;
  #count = 0;

  constructor(limits: Partial<Vault['limits']> = {}) {
    for (const one of [this.home, this.folder]) mkdirSync(one);
    this.vault = openVault(path.join(this.home, 'checkpoints'), this.home, { maxFileBytes: 2 ** 20, maxBytes: 2 ** 30, ...limits });
  }

  /** git as the user runs it; gives what it printed. */
  git(...args: string[]): string {
    return this.gitIn(this.folder, ...args);
  }

  gitIn(folder: string, ...args: string[]): string {
    return execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], { cwd: folder, env: GIT_ENV, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  }

  init(): void {
    this.git('init', '-q', '-b', 'main');
    this.write({ 'a.txt': 'a\n', 'sub/b.txt': 'b\n' });
    this.git('add', '-A');
    this.git('commit', '-qm', 'first');
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  request(values: Partial<CheckpointRequest> = {}): CheckpointRequest {
    this.#count += 1;
    return {
      id: `cp_${String(this.#count).padStart(4, '0')}${Math.random().toString(36).slice(2, 8)}`,
      agent: 'coder',
      agentId: 'ag_1',
      type: 'worker',
      state: 'ready',
      isGood: true,
      cwd: this.folder,
      umask: 0o022,
      message: null,
      trigger: 'hand',
      ignored: false,
      transcript: null,
      screen: null,
      definition: { name: 'coder' } as CheckpointRequest['definition'],
      environment: { PATH: '/usr/bin' },
      cursor: null,
      task: null,
      ...values,
    };
  }

  async create(values: Partial<CheckpointRequest> = {}): Promise<Checkpoint> {
    const made = await createCheckpoint(this.vault, this.request(values));
    if (made === null) throw new Error('nothing was made');
    return made;
  }

  journal(target: Checkpoint, values: Partial<RollbackJournal> = {}): RollbackJournal {
    const { agent, id } = target;
    return { agent, target: id, before: null, part: 'both', phase: 'preparing', cwd: this.folder, umask: 0o022, wasRunning: false, transcript: null, at: '', ...values };
  }

  /** The whole of it, as the daemon does it. Gives the checkpoint of what was undone; `meanwhile` runs once that is made. */
  async rollBack(target: Checkpoint, values: Partial<RollbackJournal> = {}, meanwhile = (): void => {}): Promise<Checkpoint> {
    const journal = this.journal(target, values);
    await refuseDamagedTarget(this.vault, target);
    writeJournal(this.vault, journal);
    const before = await prepareRollback(this.vault, target, journal.part, this.request({ trigger: 'rollback', isGood: false, cwd: journal.cwd }));
    meanwhile();
    const ready = await readyTrees(this.vault, target, before, journal);
    const begun = { ...journal, before: before.id, phase: 'restoring' } as const;
    writeJournal(this.vault, begun);
    await carryOut(this.vault, begun, ready);
    endJournal(this.vault, { ...begun, phase: 'restored' });
    return before;
  }

  /** Everything in the folder but git's own: type, mode and content of each path. */
  contents(folder = this.folder): Record<string, string> {
    const found: Record<string, string> = {};
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(folder, file);
      if (name.split('/').includes('.git') || entry.isDirectory()) continue;
      found[name] = entry.isSymbolicLink() ? `-> ${readlinkSync(file)}` : `${(lstatSync(file).mode & 0o777).toString(8)} ${readFileSync(file, 'latin1')}`;
    }
    return found;
  }

  /** What must not change for the user: branch, index, stash, state of a rebase. */
  userState(): string {
    return [this.git('status', '--porcelain=v2', '--branch'), this.git('ls-files', '-s', '-v'), this.git('stash', 'list'), this.git('for-each-ref', 'refs/heads', 'refs/tags', 'refs/stash')].join('\n');
  }

  end(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}
