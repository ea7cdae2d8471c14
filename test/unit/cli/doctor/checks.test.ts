// Each check against real files, real programs on a PATH of its own, and real sockets.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Connection } from '../../../../src/cli/connection.ts';
import { checkConfig } from '../../../../src/cli/doctor/check-config.ts';
import { checkDaemon } from '../../../../src/cli/doctor/check-daemon.ts';
import { checkFiles } from '../../../../src/cli/doctor/check-files.ts';
import { checkHome } from '../../../../src/cli/doctor/check-home.ts';
import { checkLimits, checkTerminals } from '../../../../src/cli/doctor/check-limits.ts';
import { checkClaude, checkGit, checkShell } from '../../../../src/cli/doctor/check-programs.ts';
import { checkTerminal } from '../../../../src/cli/doctor/check-session.ts';
import { checkSockets } from '../../../../src/cli/doctor/check-sockets.ts';
import { checkTmux } from '../../../../src/cli/doctor/check-tmux.ts';
import { checkWorktrees } from '../../../../src/cli/doctor/check-worktrees.ts';
import { examine } from '../../../../src/cli/doctor/checks.ts';
import type { Check, Scene } from '../../../../src/cli/doctor/finding.ts';
import { renderFindings } from '../../../../src/cli/doctor/render-findings.ts';
import { PLAIN } from '../../../../src/cli/render/palette.ts';
import { homePaths } from '../../../../src/config/paths.ts';

let base: string;

beforeEach(() => {
  base = mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 'd-'));
  mkdirSync(path.join(base, 'bin'));
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

function scene(change: Partial<Scene> & { home?: string } = {}): Scene {
  const paths = homePaths(change.home ?? path.join(base, 'home'));
  const env = { PATH: path.join(base, 'bin'), HOME: base, LANG: 'C.UTF-8' };
  return { paths, env, cwd: base, installation: process.cwd(), daemon: new Connection(paths.apiSocket, null), ...change };
}

function program(name: string, script: string): void {
  const file = path.join(base, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

const found = async (check: Check, change: Parameters<typeof scene>[0] = {}): Promise<string[]> =>
  (await check(scene(change))).map(({ verdict, message, remedy }) => `${verdict}: ${message}${remedy === null ? '' : ` → ${remedy}`}`.replaceAll(base, 'BASE'));

describe('worktrees', () => {
  test('an old git is told, a new one is not', async () => {
    program('git', 'echo git version 2.34.1');
    expect(await found(checkWorktrees)).toEqual([expect.stringContaining('git 2.34 cannot merge without a checkout')]);
    program('git', 'echo git version 2.39.5');
    expect(await found(checkWorktrees)).toEqual([]);
  });
});

describe('tmux', () => {
  test.each([
    ['echo tmux 3.4', ['ok: tmux 3.4']],
    ['echo tmux 3.3a # libutempter.so.0', ['ok: tmux 3.3a', expect.stringMatching(/^note: tmux 3.3a of Debian loses pane deaths/)]],
    ['echo tmux 3.1c', [expect.stringMatching(/^problem: tmux 3.1c is too old: 3.2 or newer is needed → apt install tmux/)]],
    ['exit 9', [expect.stringMatching(/^problem: BASE\/bin\/tmux does not work \(exit 9\)/)]],
  ])('that does %j', async (script, expected) => {
    program('tmux', script);
    expect(await found(checkTmux)).toEqual(expected);
  });

  test('that is missing', async () => {
    expect(await found(checkTmux)).toEqual([expect.stringMatching(/^problem: tmux not found on PATH → /)]);
  });
});

describe('programs', () => {
  test('claude', async () => {
    expect(await found(checkClaude)).toEqual(['problem: claude not found on PATH → npm install -g @anthropic-ai/claude-code']);
    program('claude', 'echo "2.1.34 (Claude Code)"');
    expect(await found(checkClaude)).toEqual(['ok: claude 2.1.34']);
    program('claude', 'exit 1');
    expect(await found(checkClaude)).toEqual([expect.stringMatching(/^problem: claude does not tell its version \(exit 1\)/)]);
  });

  test('git', async () => {
    expect(await found(checkGit)).toEqual([expect.stringMatching(/^note: git not found/)]);
    program('git', 'echo git version 2.39.5');
    expect(await found(checkGit)).toEqual(['ok: git 2.39.5']);
  });

  test('what the wrapper needs', async () => {
    program('sh', '');
    expect(await found(checkShell)).toEqual([expect.stringMatching(/^problem: not found on PATH: mkfifo, cat/)]);
    expect(await found(checkShell, { env: process.env })).toEqual(['ok: sh and mkfifo']);
  });
});

describe('home', () => {
  test('that is not there yet, is private, or is open to others', async () => {
    expect(await found(checkHome)).toEqual([expect.stringMatching(/^(ok|note): home can be made, \S+ free/)]);
    mkdirSync(path.join(base, 'home'), { mode: 0o700 });
    expect(await found(checkHome)).toEqual([expect.stringMatching(/^(ok|note): home writable, \S+ free/)]);
    chmodSync(path.join(base, 'home'), 0o755);
    expect(await found(checkHome)).toContain('note: home BASE/home can be entered by others (mode 755) → chmod 700 BASE/home');
  });

  test('that is a file', async () => {
    writeFileSync(path.join(base, 'home'), '');
    expect(await found(checkHome)).toEqual([expect.stringMatching(/^problem: home BASE\/home: BASE\/home is no folder/)]);
  });

  test('whose path is too long for sockets', async () => {
    expect(await found(checkSockets)).toEqual([]);
    expect(await found(checkSockets, { home: path.join(base, 'x'.repeat(120)) })).toEqual([expect.stringMatching(/path is too long for sockets|not private to you/)]);
  });
});

describe('daemon', () => {
  test('that never ran, or has run before', async () => {
    expect(await found(checkDaemon)).toEqual(['ok: daemon starts on first need']);
    mkdirSync(path.join(base, 'home'));
    writeFileSync(path.join(base, 'home/muxward.db'), '');
    expect(await found(checkDaemon)).toEqual(['ok: daemon stopped, starts on first need']);
  });

  test.each([
    [{ pid: 7, version: '0.0.1', uptimeMs: 60_000 }, /^note: daemon 0.0.1 runs \(pid 7\), and this is muxward \d/],
    ['garbage', /^problem: the daemon does not answer/],
  ])('that answers %j', async (answer, expected) => {
    mkdirSync(path.join(base, 'home'));
    const body = typeof answer === 'string' ? answer : `HTTP/1.1 200 OK\r\n\r\n${JSON.stringify(answer)}`;
    const server = createServer((socket) => void socket.once('data', () => socket.end(body)));
    await new Promise<void>((done) => server.listen(path.join(base, 'home/api.sock'), done));
    expect(await found(checkDaemon)).toEqual([expect.stringMatching(expected)]);
    server.close();
  });
});

describe('files', () => {
  test('a lock left behind and state that was set aside', async () => {
    expect(await found(checkFiles)).toEqual([]);
    mkdirSync(path.join(base, 'home/start.lock'), { recursive: true });
    expect(await found(checkFiles)).toEqual([]);
    utimesSync(path.join(base, 'home/start.lock'), 1, 1);
    writeFileSync(path.join(base, 'home/muxward.db.damaged-1'), '');
    expect(await found(checkFiles)).toEqual([
      expect.stringMatching(/^note: a lock .* → rm -r BASE\/home\/start.lock$/),
      expect.stringMatching(/^note: damaged state was set aside: BASE\/home\/muxward.db.damaged-1/),
    ]);
  });
});

describe('configuration', () => {
  test('valid, or told with its first fault', async () => {
    expect(await found(checkConfig)).toEqual(['ok: settings: all defaults']);
    mkdirSync(path.join(base, 'home'));
    writeFileSync(path.join(base, 'home/config.yaml'), 'log: {keep: 1}');
    writeFileSync(path.join(base, 'muxward.yaml'), 'agents: {a: {comand: x}}');
    expect(await found(checkConfig)).toEqual([
      'ok: config.yaml valid',
      'problem: BASE/muxward.yaml:1:14: unknown key "comand" in agents.a → muxward config validate tells what would be right',
    ]);
  });
});

describe('session and limits', () => {
  test('a locale without UTF-8', async () => {
    expect((await found(checkTerminal, { env: { LANG: 'C' } }))[0]).toBe('note: locale C: no UTF-8, so symbols may look wrong → export LANG=C.UTF-8');
    expect((await found(checkTerminal))[0]).toBe('ok: locale C.UTF-8');
  });

  test.runIf(process.platform === 'linux')('processes, open files and terminals', async () => {
    const all = [...(await found(checkLimits)), ...(await found(checkTerminals))];
    expect(all).toEqual([expect.stringMatching(/processes/), expect.stringMatching(/open files/), expect.stringMatching(/terminal/)]);
  });
});

test('all checks together name themselves, and start nothing', async () => {
  const findings = await examine(scene({ env: process.env }));
  expect(new Set(findings.map(({ check }) => check)).size).toBeGreaterThan(8);
});

describe('what is shown', () => {
  const findings = [
    { check: 'a', verdict: 'ok', message: 'tmux 3.4', remedy: null },
    { check: 'b', verdict: 'ok', message: 'Node 26', remedy: null },
    { check: 'c', verdict: 'ok', message: 'git', remedy: null },
    { check: 'd', verdict: 'note', message: 'a thing to know', remedy: null },
    { check: 'e', verdict: 'problem', message: 'claude not found on PATH', remedy: 'npm install -g claude' },
  ] as const;

  test('at a terminal and in a pipe', () => {
    expect(`\n${renderFindings(findings, PLAIN, 80)}`).toBe(`
✔ tmux 3.4  ✔ Node 26
✔ git
! a thing to know
✘ claude not found on PATH         → npm install -g claude
1 problem, 1 note
`);
    expect(renderFindings(findings, PLAIN, Number.POSITIVE_INFINITY).split('\n')).toHaveLength(7);
    expect(renderFindings([], PLAIN, 80)).toBe('All is well.\n');
  });
});
