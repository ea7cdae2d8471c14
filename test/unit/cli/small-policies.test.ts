/** The small decisions of the command line that are pure: attaching, selectors, waiting, times, errors. */
import { describe, expect, it } from 'vitest';
import { statusOf } from '../../../src/cli/act.ts';
import { planAttach } from '../../../src/cli/attach.ts';
import { statusOfWait } from '../../../src/cli/commands/wait.ts';
import { wantsColor } from '../../../src/cli/context.ts';
import { daemonEnvironment } from '../../../src/cli/daemon-environment.ts';
import { renderError } from '../../../src/cli/report-error.ts';
import { isOlder } from '../../../src/cli/require-tmux.ts';
import { actingSelectorOf, selectorOf } from '../../../src/cli/selector-options.ts';
import { serviceFor } from '../../../src/cli/service.ts';
import { parseTime } from '../../../src/cli/time-option.ts';
import type { Agent } from '../../../src/core/agent.ts';
import { agentOf, NOW } from './agent-of.ts';

describe('attaching', () => {
  const reply = { name: 'web', session: 'web', socket: '/h/tmux.sock', windowIndex: 1 };

  it('attaches from a plain terminal', () => {
    expect(planAttach(reply, true, undefined)).toEqual({ how: 'attach', args: ['-S', '/h/tmux.sock', 'attach-session', '-r', '-t', '=web:1'] });
  });

  it("switches the client inside muxward's own tmux", () => {
    expect(planAttach(reply, false, '/h/tmux.sock,123,0')).toEqual({ how: 'switch', args: ['-S', '/h/tmux.sock', 'switch-client', '-t', '=web:1'] });
  });

  it("nests inside the user's tmux", () => {
    expect(planAttach(reply, false, '/tmp/tmux-0/de,fault,123,0')).toMatchObject({ how: 'nest', outerSocket: '/tmp/tmux-0/de,fault' });
  });
});

describe('selecting', () => {
  it('takes names, globs and filters', () => {
    expect(selectorOf(['web', 'api-*'], { label: ['a=1'], state: 'ready' })).toEqual({ names: ['web', 'api-*'], labels: { a: '1' }, state: 'ready' });
  });

  it('refuses names that can be none, states that are none, and acting on nothing', () => {
    expect(() => selectorOf(['../x'], {})).toThrow(expect.objectContaining({ exitCode: 2 }));
    expect(() => selectorOf([], { state: 'redy' })).toThrow(expect.objectContaining({ hint: expect.stringContaining('did you mean ready?') }));
    expect(() => actingSelectorOf('stop', [], {})).toThrow(expect.objectContaining({ exitCode: 2, hint: expect.stringContaining('--all') }));
  });
});

describe('exit statuses', () => {
  const failed = { name: 'a', outcome: 'failed', detail: '', agent: null, error: { code: 'refused', message: 'no' } } as const;
  const done = { name: 'b', outcome: 'done', detail: '', agent: null } as const;

  it('of actions are 0, the one error, or 1', () => {
    expect(statusOf([done, { ...done, outcome: 'unchanged' }])).toBe(0);
    expect(statusOf([failed])).toBe(6);
    expect(statusOf([failed, done])).toBe(1);
  });

  it("of wait are the process's own", () => {
    const ended = (code: number | null, signal: string | null): Agent => agentOf('a', { state: 'terminated', exit: { kind: signal ? 'signalled' : 'exited', code, signal, at: '' } });
    expect(statusOfWait([ended(7, null)], 'exit')).toBe(7);
    expect(statusOfWait([ended(null, 'SIGKILL')], 'exit')).toBe(137);
    expect(statusOfWait([ended(0, null), ended(3, null)], 'exit')).toBe(3);
    expect(statusOfWait([agentOf('a', { state: 'failed' })], 'ready')).toBe(1);
    expect(statusOfWait([agentOf('a')], 'ready')).toBe(0);
    expect(statusOfWait([agentOf('a', { state: 'paused' })], 'paused')).toBe(0);
  });
});

describe('times', () => {
  it('are points or how long ago', () => {
    expect(parseTime('10m', '--since', NOW)).toBe(NOW - 600_000);
    expect(parseTime('2030-01-31T11:00:00Z', '--since', NOW)).toBe(NOW - 3_600_000);
    expect(parseTime('2030-01-31', '--since', NOW)).toBe(new Date(2030, 0, 31).getTime());
    expect(() => parseTime('yesterday', '--since', NOW)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe('colour', () => {
  it('follows the flag, then FORCE_COLOR, then NO_COLOR, then the terminal', () => {
    expect(wantsColor({ color: false }, { FORCE_COLOR: '1' }, true)).toBe(false);
    expect(wantsColor({}, { FORCE_COLOR: '1', NO_COLOR: '1' }, false)).toBe(true);
    expect(wantsColor({}, { FORCE_COLOR: '0' }, true)).toBe(false);
    expect(wantsColor({}, { NO_COLOR: '1' }, true)).toBe(false);
    expect(wantsColor({}, { NO_COLOR: '' }, true)).toBe(true);
    expect(wantsColor({}, {}, false)).toBe(false);
    expect(wantsColor({}, { TERM: 'dumb' }, true)).toBe(false);
  });
});

describe('errors', () => {
  it('are what and what to do, or the object of the wire', () => {
    const body = { code: 'usage', message: 'no\nsecond line', hint: 'do' } as const;
    expect(renderError(body, { json: false, color: false })).toBe('✘ no\n    second line\n  hint: do\n');
    expect(JSON.parse(renderError(body, { json: true, color: true }))).toEqual({ error: body });
  });
});

describe('the daemon', () => {
  it("gets none of the caller's secrets", () => {
    const env = { PATH: '/bin', HOME: '/h', LC_ALL: 'C', XDG_RUNTIME_DIR: '/run', API_KEY: 'secret', NODE_OPTIONS: '--x', MUXWARD_HOME: '/other' };
    expect(daemonEnvironment(env, '/home')).toEqual({ PATH: '/bin', HOME: '/h', LC_ALL: 'C', XDG_RUNTIME_DIR: '/run', MUXWARD_HOME: '/home' });
  });

  it("keeps what it compiled, and gets the variables that its settings read", () => {
    const env = { PATH: '/bin', SMTP_PASSWORD: 'of a channel', NODE_COMPILE_CACHE: '/theirs' };
    expect(daemonEnvironment(env, '/home', { compileCache: '/ours', asked: ['SMTP_PASSWORD', 'NOT_SET'] })).toEqual({ PATH: '/bin', SMTP_PASSWORD: 'of a channel', NODE_COMPILE_CACHE: '/ours', MUXWARD_HOME: '/home' });
  });

  it('needs a tmux that is new enough', () => {
    expect(isOlder('tmux 3.1c', '3.2')).toBe(true);
    expect(isOlder('tmux 2.9', '3.2')).toBe(true);
    for (const said of ['tmux 3.2', 'tmux 3.3a', 'tmux 10.0', 'tmux next-3.6', 'tmux master', '']) expect(`${said}: ${isOlder(said, '3.2')}`).toBe(`${said}: false`);
  });

  it('is a service of its own for each home', () => {
    const env = { HOME: '/u' };
    expect(serviceFor('linux', '/u/.local/state/muxward', env).file).toBe('/u/.config/systemd/user/muxwardd.service');
    expect(serviceFor('linux', '/other', env).file).toMatch(/^\/u\/\.config\/systemd\/user\/muxwardd-[0-9a-f]{8}\.service$/);
    expect(serviceFor('darwin', '/other', env).file).toMatch(/Library\/LaunchAgents\/muxward\.muxwardd-[0-9a-f]{8}\.plist$/);
    expect(() => serviceFor('sunos', '/other', env)).toThrow(/no way to install/);
  });
});
