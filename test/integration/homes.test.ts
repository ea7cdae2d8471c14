// Homes that are not as one would wish: on long paths, read-only, of a newer muxward, damaged.
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually, isAlive, MuxwardHome } from '../helpers/muxward-home.ts';

let home: MuxwardHome;

afterEach(() => home.end());

/** Modes of all that is under a folder, by path. */
function modesUnder(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [
        path.relative(folder, file),
        `${entry.isDirectory() ? 'folder' : 'file'} ${(statSync(file).mode & 0o777).toString(8)}`,
      ];
    }),
  );
}

test('everything in a home is its owner’s alone', async () => {
  home = new MuxwardHome();
  await home.spawn('a', '--', 'sh', '-c', 'umask 000; echo hello; exec sleep 1000');
  await home.spawn('once', '--', 'true');
  await home.ok('send', 'a', 'some text');
  await home.ok('stop', 'a');
  const wide = [...modesUnder(home.home)].filter(
    ([, mode]) => !/^(folder 700|file 600|file 700)$/.test(mode),
  );
  expect(wide).toEqual([]);
  expect((statSync(home.home).mode & 0o777).toString(8)).toBe('700');
});

test('a home on a path too long for a socket works', async () => {
  const runtime = mkdtempSync(path.join(process.env['MUXWARD_TEST_ROOT'] ?? '/tmp', 'r'));
  home = new MuxwardHome({ XDG_RUNTIME_DIR: runtime }, path.join('d'.repeat(100), 'e'.repeat(100)));
  const { pid } = await home.spawn('a', '--', 'cat');
  await home.ok('send', 'a', 'through a short socket');
  await eventually(() => home.log('a').includes('through a short socket'), 'the text arrived');
  expect((await home.tmux('list-sessions', '-F', '#{session_name}')).split('\n')).toContain('a');
  const modes = [...modesUnder(runtime).values()];
  expect(modes.filter((mode) => !/ [67]00$/.test(mode))).toEqual([]);
  await home.ok('daemon', 'stop', '--agents');
  expect(isAlive(pid ?? 0)).toBe(false);
});

test('an odd path of a home works', async () => {
  home = new MuxwardHome({}, 'it\'s #{a} 100% $HOME; `x` "q"');
  await home.spawn('a', '--', 'sh', '-c', 'echo "$MUXWARD_HOME"; exec sleep 1000');
  await eventually(() => home.log('a').includes(home.home), 'it printed its home');
  await home.ok('restart', 'a');
  expect(await home.agent('a')).toMatchObject({ state: 'ready', generation: 2, restarts: 0 });
});

describe('a home that cannot be written', () => {
  test('is named, with status 1, and nothing is started', async () => {
    home = new MuxwardHome();
    writeFileSync(home.file('plain'), '');
    const env = { MUXWARD_HOME: path.join(home.file('plain'), 'home') };
    for (const args of [['status'], ['spawn', 'a', '--', 'sleep', '1000'], ['daemon', 'start']]) {
      const { status, stderr } = await home.run(args, { env });
      expect([args[0], status]).toEqual([args[0], 1]);
      expect(stderr).toMatch(/^✘ .*plain/);
      expect(stderr).toContain('hint: ');
    }
  });

  test('is told as JSON too', async () => {
    home = new MuxwardHome();
    writeFileSync(home.file('plain'), '');
    const { status, stdout, stderr } = await home.run(['--json', '--home', home.file('plain'), 'status']);
    expect([status, stdout]).toEqual([1, '']);
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'storage', message: expect.stringContaining('plain'), hint: expect.any(String) },
    });
  });
});

describe('the state', () => {
  const database = (): string => path.join(home.home, 'muxward.db');

  test('of a newer muxward is refused and left as it is', async () => {
    home = new MuxwardHome();
    await home.ok('daemon', 'start');
    await home.ok('daemon', 'stop');
    const db = new DatabaseSync(database());
    db.exec('PRAGMA user_version = 999');
    db.close();
    const before = readFileSync(database());
    const { status, stderr } = await home.run(['status']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('newer muxward');
    expect(readFileSync(database()).equals(before)).toBe(true);
  });

  test.each([
    ['garbage', Buffer.from('this is no database '.repeat(500))],
    ['nothing', Buffer.alloc(0)],
  ])('that is %s is set aside; agents that run are found again', async (_, content) => {
    home = new MuxwardHome();
    const { pid, id } = await home.spawn('a', '--label', 'x=y', '--', 'sleep', '1000');
    await home.ok('daemon', 'stop');
    writeFileSync(database(), content);
    const agent = await home.agent('a');
    expect(agent).toMatchObject({ pid, labels: { x: 'y' }, state: 'ready', restarts: 0 });
    expect(id).toMatch(/^ag_/);
    const aside = readdirSync(home.home).filter((name) => name.startsWith('muxward.db.damaged-'));
    expect(aside).toHaveLength(1);
    const kept = readFileSync(path.join(home.home, aside[0] as string));
    expect(kept.subarray(0, content.length).equals(content)).toBe(true);
    expect(await home.ok('daemon', 'logs')).toContain('damaged');
    await home.ok('stop', 'a');
    expect(isAlive(pid ?? 0)).toBe(false);
  });
});
