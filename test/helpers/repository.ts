// A real git repository for one test, in the test's own folder and with an identity of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MuxwardHome } from './muxward-home.ts';

export class TestRepository {
  readonly path: string;
  readonly #env: NodeJS.ProcessEnv;

  /** Made with one commit that holds `files`; with none where there are none. */
  constructor(home: MuxwardHome, name: string, files: Readonly<Record<string, string>> = {}) {
    this.path = home.file(name);
    this.#env = { PATH: home.env['PATH'], HOME: home.work, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
    mkdirSync(this.path, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
    this.git('config', 'user.email', 'test@example.com');
    this.git('config', 'user.name', 'Test');
    if (Object.keys(files).length > 0) this.commit('start', files);
  }

  git(...args: string[]): string {
    return this.gitIn(this.path, ...args);
  }

  gitIn(folder: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd: folder, env: this.#env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  }

  write(files: Readonly<Record<string, string>>, folder = this.path): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  }

  /** Writes the files and commits everything. */
  commit(message: string, files: Readonly<Record<string, string>>, folder = this.path): void {
    this.write(files, folder);
    this.gitIn(folder, 'add', '--all');
    this.gitIn(folder, 'commit', '--quiet', '--message', message);
  }

  /** Branches by name, without the current one's mark. */
  branches(): string[] {
    return lines(this.git('for-each-ref', '--format=%(refname:short)', 'refs/heads'));
  }

  saved(agent: string): string[] {
    return lines(this.git('for-each-ref', '--format=%(refname)', `refs/muxward/saved/${agent}/`));
  }

  /** Paths of all checkouts but the first. */
  worktrees(): string[] {
    return lines(this.git('worktree', 'list', '--porcelain')).filter((line) => line.startsWith('worktree ')).slice(1).map((line) => line.slice('worktree '.length));
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
