/** Starts of the real Claude Code with a prompt, by muxward and by tmux alone, each until the model is asked that prompt. */
import fs from 'node:fs';
import path from 'node:path';
import { MessagesApi } from '../../test/helpers/claude/messages-api.ts';
import type { Bench } from './bench.ts';
import type { Take } from './in-turns.ts';
import { runOrThrow, runTimed, type Command } from './timed-command.ts';

/** Looks like a key of the real API and opens nothing. */
const KEY = 'sk-ant-dummy-000000000000000000000000000000000000-stubkey01234567890';
const TURN_WITHIN_MS = 30_000;

export class FirstTurns {
  readonly #bench: Bench;
  readonly #api: MessagesApi;
  readonly #program: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #project: string;
  #count = 0;

  private constructor(bench: Bench, api: MessagesApi, program: string) {
    this.#bench = bench;
    this.#api = api;
    this.#program = program;
    const user = path.join(bench.scratch.folder, 'claude-user');
    this.#project = path.join(bench.scratch.folder, 'project');
    for (const folder of [user, this.#project]) fs.mkdirSync(folder);
    const state = { hasCompletedOnboarding: true, lastReleaseNotesSeen: '99.0.0', hasSeenAutoDefaultNotice: true, theme: 'dark', customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] } };
    fs.writeFileSync(path.join(user, '.claude.json'), JSON.stringify({ ...state, projects: { [this.#project]: { hasTrustDialogAccepted: true } } }));
    const offline = { DISABLE_TELEMETRY: '1', DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' };
    this.#env = { HOME: user, ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: api.url, ...offline };
  }

  static async prepare(bench: Bench, program: string): Promise<FirstTurns> {
    const turns = new FirstTurns(bench, await MessagesApi.listen(), program);
    await runOrThrow(bench.scratch, bench.tmux.run('new-session', '-d', '-s', 'floor', 'sleep', '100000'));
    return turns;
  }

  async end(): Promise<void> {
    await this.#bench.tmux.end();
    await this.#api.close();
  }

  readonly ofMuxward: Take = () => {
    const { muxward } = this.#bench;
    const name = `first-${this.#count}`;
    const flags = ['--type', 'claude-code', '--cwd', this.#project, '--permission-mode', 'manual', '--prompt'];
    return this.#take((prompt) => muxward.run('spawn', name, ...flags, prompt, '--', this.#program), muxward.run('rm', '--force', name));
  };

  readonly ofBare: Take = () => {
    const { tmux } = this.#bench;
    const name = `bare-${this.#count}`;
    const words = [this.#program, '--permission-mode', 'manual', '--session-id', crypto.randomUUID(), '--'];
    const variables = Object.entries(this.#env).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
    return this.#take((prompt) => tmux.run('new-session', '-d', '-s', name, '-c', this.#project, '-x', '200', '-y', '50', ...variables, ...words, prompt), tmux.run('kill-session', '-t', `=${name}`));
  };

  async #take(start: (prompt: string) => Command, end: Command): Promise<number | null> {
    this.#count += 1;
    const prompt = `first turn ${this.#count}`;
    const { argv, env } = start(prompt);
    const startedAtMs = Date.now();
    const run = await runTimed(this.#bench.scratch, { argv, env: { ...env, ...this.#env } });
    try {
      if (!run.ok) return null;
      const asked = await this.#api.waitFor((request) => request.prompt === prompt, prompt, TURN_WITHIN_MS).catch(() => null);
      return asked === null ? null : asked.at - startedAtMs;
    } finally {
      await runTimed(this.#bench.scratch, end);
    }
  }
}
