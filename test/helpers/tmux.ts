// A private tmux server for one test, without muxward: its socket and its panes. It never reaches another server.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

export class PrivateTmux {
  readonly socket: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #config: string;

  /** @param env the whole environment of the server, and so of its panes. */
  constructor(folder: string, env: Readonly<Record<string, string>>, config = '/dev/null') {
    this.socket = path.join(folder, 'tmux.sock');
    this.#config = config;
    this.#env = { SHELL: '/bin/sh', TMUX_TMPDIR: folder, ...env };
  }

  /** Runs one tmux command; gives what it printed. Throws where tmux says no. */
  run(...args: readonly string[]): string {
    const all = ['-S', this.socket, '-f', this.#config, ...args];
    return execFileSync('tmux', all, { env: this.#env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  }

  /** Starts a detached session; what runs in it stays to be looked at after its end. Gives the pane's process id. */
  start(session: string, argv: readonly string[], size: { columns: number; rows: number } = { columns: 200, rows: 50 }): number {
    const { columns, rows } = size;
    const create = ['new-session', '-d', '-P', '-F', '#{pane_pid}', '-s', session, '-x', `${columns}`, '-y', `${rows}`, ...argv];
    return Number(this.run('start-server', ';', 'set-option', '-g', 'remain-on-exit', 'on', ';', ...create));
  }

  /** Types keys by tmux's names, or text. */
  keys(session: string, ...keys: readonly string[]): void {
    this.run('send-keys', '-t', `=${session}:`, ...keys);
  }

  screen(session: string): string {
    return this.run('capture-pane', '-p', '-t', `=${session}:`);
  }

  format(session: string, format: string): string {
    return this.run('display-message', '-p', '-t', `=${session}:`, format);
  }

  /** Dead, and how it ended is known: the end of the terminal may be noticed before that of the process. */
  isPaneDead(session: string): boolean {
    // Debian's tmux may sleep through a pane's death until it is told of one.
    try {
      process.kill(Number(this.run('display-message', '-p', '#{pid}')), 'SIGCHLD');
    } catch {
      return true;
    }
    return /^1 ./.test(this.format(session, '#{pane_dead} #{pane_dead_status}#{pane_dead_signal}'));
  }

  end(): void {
    try {
      this.run('kill-server');
    } catch {
      // It has gone by itself.
    }
  }
}
