import fs from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { openBase, planBase, type Machine } from '../../../../src/daemon/limits/cgroup-base.ts';
import { cgroupRoot } from '../../../../src/system/cgroup.ts';
import { temporaryFolder } from '../../system/temp-folder.ts';

const folder = temporaryFolder('cgroup');

interface Group {
  readonly procs?: string;
  readonly passesOn?: string;
}

/** A hierarchy as the kernel shows one: groups with the processes in them, and the controllers that each passes on. */
function hierarchy(groups: Readonly<Record<string, Group>>): string {
  const root = fs.mkdtempSync(path.join(folder, 'root-'));
  const all: Readonly<Record<string, Group>> = { '/': { procs: '1' }, ...groups };
  for (const [group, { procs = '', passesOn = '' }] of Object.entries(all)) {
    const at = path.join(root, group);
    fs.mkdirSync(at, { recursive: true });
    for (const [file, text] of [['cgroup.controllers', 'cpuset cpu memory pids'], ['cgroup.procs', procs], ['cgroup.subtree_control', passesOn]] as const) {
      fs.writeFileSync(path.join(at, file), text);
    }
  }
  return root;
}

function machine(root: string | null, group: string, more: Partial<Machine> & { readonly there?: readonly string[] } = {}): Machine {
  return { root, uid: 1000, user: 'ada', groupOf: () => group, exists: (file) => more.there?.includes(file) === true, ...more };
}

const SYSTEMD = '/run/systemd/system';
const BUS = '/run/user/1000/bus';
const LINGER = '/var/lib/systemd/linger/ada';

test('without version 2, or with none of its controllers, the reason is told', () => {
  expect(planBase(machine(null, '/'), 7)).toEqual({ how: 'none', why: expect.stringContaining('no cgroup v2') });
  const bare = hierarchy({});
  fs.writeFileSync(path.join(bare, 'cgroup.controllers'), 'hugetlb');
  expect(planBase(machine(bare, '/'), 7)).toEqual({ how: 'none', why: expect.stringContaining('no controllers') });
});

test('a tmux server that is in a base of ours stays there, whoever opened it', () => {
  const root = hierarchy({ '/system.slice/muxward-7.scope/main': {} });
  const there = machine(root, '/system.slice/muxward-7.scope/main', { there: [SYSTEMD] });
  expect(planBase(there, 7)).toEqual({ how: 'ours', folder: path.join(root, '/system.slice/muxward-7.scope') });
});

test('with systemd: its scope, of the system for root and of the user for others', () => {
  const root = hierarchy({ '/session': {} });
  expect(planBase(machine(root, '/session', { uid: 0, there: [SYSTEMD] }), 7)).toEqual({ how: 'scope', manager: 'system' });
  expect(planBase(machine(root, '/session', { there: [SYSTEMD, BUS, LINGER] }), 7)).toEqual({ how: 'scope', manager: 'user' });
  expect(planBase(machine(root, '/user@1000.service/app.slice/muxwardd.service', { there: [SYSTEMD, BUS] }), 7)).toEqual({ how: 'scope', manager: 'user' });
});

test('no scope of a user whose logout would end it, or whom no bus serves', () => {
  const root = hierarchy({ '/session': {} });
  expect(planBase(machine(root, '/session', { there: [SYSTEMD, BUS] }), 7)).toEqual({ how: 'none', why: expect.stringContaining('loginctl enable-linger') });
  expect(planBase(machine(root, '/session', { there: [SYSTEMD, LINGER] }), 7)).toEqual({ how: 'none', why: expect.stringContaining('dbus-user-session') });
});

test('without systemd: the nearest group that passes controllers on, or holds no processes; the root of all may hold some, a container’s not', () => {
  const root = hierarchy({ '/a': { passesOn: 'memory pids' }, '/a/b': {}, '/a/b/shell': { procs: '7' } });
  expect(planBase(machine(root, '/a/b/shell'), 7)).toEqual({ how: 'folder', parent: path.join(root, 'a/b') });
  fs.writeFileSync(path.join(root, 'a/b/cgroup.procs'), '8');
  expect(planBase(machine(root, '/a/b/shell'), 7)).toEqual({ how: 'folder', parent: path.join(root, 'a') });
  expect(planBase(machine(root, '/'), 7)).toEqual({ how: 'folder', parent: root });
  fs.writeFileSync(path.join(root, 'cgroup.events'), 'populated 1');
  expect(planBase(machine(root, '/'), 7)).toMatchObject({ how: 'none' });
});

test('where nothing can be written, the reason is told', () => {
  const root = path.join(hierarchy({ '/sys': {} }), 'sys');
  fs.rmSync(path.join(root, 'cgroup.subtree_control'));
  expect(planBase(machine(root, '/'), 7)).toEqual({ how: 'none', why: expect.stringContaining('can be written') });
});

test('the hierarchy is found where it is mounted, also beside version 1', () => {
  const v1 = '30 23 0:26 / /sys/fs/cgroup/memory rw,nosuid shared:5 - cgroup cgroup rw,memory';
  const v2 = '42 32 0:27 / /sys/fs/cgroup rw,nosuid,nodev - cgroup2 cgroup2 rw,nsdelegate';
  expect([cgroupRoot(`${v1}\n${v2}\n`), cgroupRoot(v1)]).toEqual(['/sys/fs/cgroup', null]);
});

/** What systemd is told when a scope is asked for. It comes to nothing: these folders are no control groups. */
async function askForScope(groupOf: Machine['groupOf'], children: readonly number[]): Promise<string> {
  const root = hierarchy({ [SCOPE]: {} });
  const told = path.join(root, 'told');
  fs.writeFileSync(path.join(root, 'busctl'), `#!/bin/sh\necho "$*" >${told}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${root}:${process.env['PATH']}`);
  await openBase({ how: 'scope', manager: 'system' }, machine(root, '', { uid: 0, groupOf }), 7, children).catch(() => undefined);
  vi.unstubAllEnvs();
  return fs.readFileSync(told, 'utf8');
}

const SCOPE = '/system.slice/muxward-7.scope';

test('systemd is to end the daemon before the scope with the agents, whose ends it would judge otherwise', async () => {
  const told = await askForScope((pid) => (pid === process.pid ? '/user.slice/user-0.slice/user@0.service/app.slice/muxwardd.service' : SCOPE), []);
  expect(told).toContain(' Before as 2 user@0.service muxwardd.service ');
});

test('all that systemd moves to a scope is waited for, not the server alone', async () => {
  let looks = 0;
  await askForScope((pid) => (pid === 8 && (looks += 1) < 4 ? '/user.slice/session-1.scope' : SCOPE), [8]);
  expect(looks).toBe(4);
});
