// scripts/setup-tmux.sh against a home of its own; nothing is installed here, only what it would do is looked at.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const SCRIPT = path.resolve(import.meta.dirname, '../../scripts/setup-tmux.sh');

let home: string;
let configuration: string;

beforeEach(() => {
  home = mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? tmpdir(), 's'));
  configuration = path.join(home, '.tmux.conf');
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function setup(args: readonly string[], PATH = process.env['PATH'] ?? ''): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [SCRIPT, ...args], { env: { PATH, HOME: home }, encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
}

const read = (): string => readFileSync(configuration, 'utf8');

describe('the block', () => {
  test('is put in once, and taken out so that the file is as it was', () => {
    writeFileSync(configuration, 'set -g status off\n');
    expect(setup(['--install']).status).toBe(0);
    const once = read();
    expect(once).toContain('set -g status off\n# >>> muxward comfort >>>\n');
    expect(readFileSync(`${configuration}.before-muxward`, 'utf8')).toBe('set -g status off\n');
    expect(setup(['--install']).out).toContain('unchanged');
    expect(read()).toBe(once);
    expect(setup(['--uninstall']).status).toBe(0);
    expect(read()).toBe('set -g status off\n');
    expect(setup(['--uninstall']).out).toContain('nothing to undo');
  });

  test('is what --print prints, and tmux takes it', () => {
    setup(['--install']);
    expect(read()).toBe(setup(['--print']).out);
    const shown = execFileSync('tmux', ['-S', path.join(home, 'sock'), '-f', configuration, 'start-server', ';', 'show-options', '-gv', 'mouse'], { encoding: 'utf8' });
    expect(shown).toBe('on\n');
  });

  test('goes through a link, and into the file that tmux reads', () => {
    mkdirSync(path.join(home, '.config/tmux'), { recursive: true });
    const kept = path.join(home, 'kept.conf');
    writeFileSync(kept, '# mine\n');
    symlinkSync(kept, path.join(home, '.config/tmux/tmux.conf'));
    setup(['--install']);
    expect(existsSync(configuration)).toBe(false);
    expect(lstatSync(path.join(home, '.config/tmux/tmux.conf')).isSymbolicLink()).toBe(true);
    expect(readFileSync(kept, 'utf8')).toMatch(/^# mine\n# >>> muxward/);
  });

  test('a block without its end is not guessed at', () => {
    writeFileSync(configuration, '# >>> muxward comfort >>>\nset -g mouse on\n# mine\n');
    const { status, err } = setup(['--uninstall']);
    expect(status).toBe(1);
    expect(err).toContain('has no end');
    expect(read()).toContain('# mine');
  });

  test('--dry-run changes nothing', () => {
    writeFileSync(configuration, '');
    expect(setup(['--install', '--dry-run']).out).toContain('would change');
    expect(read()).toBe('');
  });
});

describe('where tmux is missing or old', () => {
  /** A PATH with little on it but the given programs. */
  function machine(programs: Readonly<Record<string, string>>): string {
    const bin = path.join(home, 'bin');
    mkdirSync(bin);
    for (const [name, script] of Object.entries(programs)) {
      writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(path.join(bin, name), 0o755);
    }
    return bin;
  }

  test.each([
    ['apt-get', 'would run: apt-get install -y --no-install-recommends tmux'],
    ['dnf', 'would run: dnf install -y tmux'],
    ['apk', 'would run: apk add tmux'],
    ['brew', 'would run: brew install tmux'],
  ])('%s is known', (manager, expected) => {
    expect(setup(['--dry-run'], machine({ [manager]: 'exit 9', id: 'echo 0' })).out.trim()).toBe(expected);
  });

  test('it says what to run where it may not', () => {
    const { status, err } = setup([], machine({ 'apt-get': 'exit 9', id: 'echo 1000' }));
    expect(status).toBe(1);
    expect(err).toContain('hint: run: sudo apt-get install');
  });

  test('it says so where it knows no package manager', () => {
    expect(setup([], machine({})).err).toContain('there is no tmux here');
  });

  test.each(['2.9a', '3.0', '3.1c'])('tmux %s is too old', (version) => {
    expect(setup([], machine({ tmux: `echo tmux ${version}` })).err).toContain(`tmux ${version} is too old`);
  });

  test.each(['3.2', '3.2a', '3.10', 'next-3.5', '4.0'])('tmux %s will do', (version) => {
    expect(setup([], machine({ tmux: `echo tmux ${version}` })).status).toBe(0);
  });
});

test('a wrong option is refused with the valid ones', () => {
  expect(setup(['--foo'])).toMatchObject({ status: 2, err: expect.stringContaining('--uninstall') as string });
  expect(setup(['--install', '--print']).status).toBe(2);
});
