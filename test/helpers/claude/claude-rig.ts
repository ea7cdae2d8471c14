// The real Claude Code in a muxward home, offline: its own home, a trusted project folder, and a stand-in for the
// Messages API. Nothing of it reaches, or comes from, the Claude Code of whoever runs the tests.
//
//   const home = new MuxwardHome();
//   const claude = await claudeRig(home);
//   await claude.spawn('coder', '--prompt', 'stub:say hello');
//   await claude.stub.waitForText('stub:say hello');
//   … await claude.end();        // the home with all that runs in it, then the stand-in
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe } from 'vitest';
import type { Agent } from '../../../src/core/agent.ts';
import { eventually, type MuxwardHome, type Ran } from '../muxward-home.ts';
import { MessagesApi } from './messages-api.ts';

/** Looks like a key of the real API and opens nothing. */
const KEY = 'sk-ant-dummy-000000000000000000000000000000000000-stubkey01234567890';

/** `describe` for tests on the real program: skipped where it could not be installed, which global.ts says loudly. */
export const describeClaude = process.env['MUXWARD_TEST_CLAUDE'] === undefined ? describe.skip : describe;

export class ClaudeRig {
  readonly home: MuxwardHome;
  readonly stub: MessagesApi;
  /** The program itself. */
  readonly binary: string;
  /** Claude Code's HOME; `.claude/` is in it. */
  readonly userHome: string;
  /** The folder it works in, trusted. */
  readonly project: string;
  /** What is added to the environment of `muxward spawn`, and so of the agent. */
  readonly env: Readonly<Record<string, string>>;

  constructor(home: MuxwardHome, stub: MessagesApi, binary: string) {
    this.home = home;
    this.stub = stub;
    this.binary = binary;
    this.userHome = home.file('user');
    this.project = home.file('project');
    for (const folder of [join(this.userHome, '.claude'), join(this.userHome, 'tmp'), this.project]) mkdirSync(folder, { recursive: true });
    this.trust(this.project);
    this.env = {
      PATH: [dirname(binary), home.env['PATH'] ?? ''].join(delimiter),
      HOME: this.userHome,
      SHELL: '/bin/bash',
      TMPDIR: join(this.userHome, 'tmp'),
      CLAUDE_CODE_TMPDIR: join(this.userHome, 'tmp'),
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: stub.url,
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    };
  }

  /** Writes Claude Code's own state: past its first-run dialogs, with these folders trusted. */
  trust(...folders: readonly string[]): void {
    const state = {
      hasCompletedOnboarding: true,
      lastReleaseNotesSeen: '99.0.0',
      hasSeenAutoDefaultNotice: true,
      theme: 'dark',
      customApiKeyResponses: { approved: [KEY.slice(-20)], rejected: [] },
      projects: Object.fromEntries(folders.map((folder) => [folder, { hasTrustDialogAccepted: true }])),
    };
    writeFileSync(join(this.userHome, '.claude.json'), JSON.stringify(state));
  }

  /** `muxward ARGS…` with the environment that lets the real program run. */
  run(args: readonly string[], input: string | Buffer = ''): Promise<Ran> {
    return this.home.run(args, { env: this.env, cwd: this.project, input });
  }

  /** Spawns a Claude Code agent in the project folder; `args` are flags of `spawn`. */
  async spawn(name: string, ...args: readonly string[]): Promise<Agent> {
    const { status, stdout, stderr } = await this.run(['--json', 'spawn', name, '--type', 'claude-code', ...args]);
    if (status !== 0) throw new Error(`spawn ${name} ended with ${status}\n${stderr}`);
    return (JSON.parse(stdout) as [Agent])[0];
  }

  async screen(name: string): Promise<string> {
    const screen = await this.home.ask((client, signal) => client.call('GET /api/agents/:name/screen', undefined, { path: { name }, signal }), 'capture', name);
    return screen.text;
  }

  /** Waits until the screen shows it. */
  shows(name: string, what: string | RegExp, timeoutMs = 30_000): Promise<string> {
    const look = async (): Promise<string | false> => {
      const screen = await this.screen(name);
      return (typeof what === 'string' ? screen.includes(what) : what.test(screen)) && screen;
    };
    return eventually(look, `the screen of ${name} shows ${what}`, timeoutMs);
  }

  /** Waits until it can be typed to. */
  ready(name: string): Promise<string> {
    return this.shows(name, /^❯/m);
  }

  /** Waits until no turn is under way. Not by its title, which shows the same at work. */
  async idle(name: string): Promise<void> {
    await this.home.agentThat(name, 'is idle', ({ activity }) => activity.status === 'idle', 30_000);
  }

  /** Where Claude Code keeps the conversation that the agent is in. */
  async transcript(name: string): Promise<string> {
    const { sessionId, cwd } = await this.home.inspect(name);
    return join(this.userHome, '.claude/projects', cwd.replaceAll(/[^A-Za-z0-9]/g, '-'), `${sessionId}.jsonl`);
  }

  async end(): Promise<void> {
    await this.home.end();
    await this.stub.close();
  }
}

/** Throws where Claude Code is not installed: put the test in `describeClaude`. */
export async function claudeRig(home: MuxwardHome): Promise<ClaudeRig> {
  const binary = process.env['MUXWARD_TEST_CLAUDE'];
  if (binary === undefined) throw new Error('the real Claude Code is not installed here');
  return new ClaudeRig(home, await MessagesApi.listen(), binary);
}
