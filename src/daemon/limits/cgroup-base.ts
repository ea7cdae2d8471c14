/**
 * Finds, or makes, the folder of the cgroup v2 hierarchy below which each limited agent gets one: `<base>/agent-NAME`,
 * beside `<base>/main` with the tmux server, from which agents come. The kernel lets a process be moved only by who may
 * write to the folder above both, so the server has to be in there. With systemd the base is a transient scope that is
 * delegated to us; without, a folder of ours in the first one that may be written to.
 */
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CONTROLLERS, type Controller } from '../../core/kernel-limits.ts';
import { cgroupOf, cgroupRoot, moveTo, removeGroup, wordsIn, write } from '../../system/cgroup.ts';

export interface CgroupBase {
  readonly folder: string;
  readonly controllers: readonly Controller[];
}

/** `ours`: there already. `scope`: systemd is asked for one. `folder`: we make one in it. */
export type BasePlan =
  | { readonly how: 'ours'; readonly folder: string }
  | { readonly how: 'scope'; readonly manager: 'system' | 'user' }
  | { readonly how: 'folder'; readonly parent: string }
  | { readonly how: 'none'; readonly why: string };

/** What the plan depends on; the machine itself, but in tests. */
export interface Machine {
  readonly root: string | null;
  readonly uid: number;
  readonly user: string;
  /** The group of a process, as in /proc/PID/cgroup. */
  readonly groupOf: (pid: number) => string | null;
  readonly exists: (file: string) => boolean;
}

export function thisMachine(): Machine {
  return { root: cgroupRoot(), uid: process.getuid?.() ?? -1, user: os.userInfo().username, groupOf: cgroupOf, exists: fs.existsSync };
}

const PREFIX = 'muxward-';
const SERVERS = 'main';

/** Changes nothing. `serverPid` is 0 where no tmux server runs yet. */
export function planBase(machine: Machine, serverPid: number): BasePlan {
  const { root } = machine;
  if (root === null) return { how: 'none', why: 'no cgroup v2 hierarchy is mounted' };
  if (controllersIn(wordsIn(root, 'cgroup.controllers')).length === 0) return { how: 'none', why: `${root} has no controllers for memory, cpu or pids (cgroup v1 has them)` };
  const group = machine.groupOf(serverPid === 0 ? process.pid : serverPid);
  if (group === null) return { how: 'none', why: 'the control group of tmux could not be read' };
  const folder = path.resolve(root, `.${group}`);
  if (path.basename(folder) === SERVERS && path.basename(path.dirname(folder)).startsWith(PREFIX)) return { how: 'ours', folder: path.dirname(folder) };
  return machine.exists('/run/systemd/system') ? planScope(machine, group) : planFolder(root, folder);
}

function planScope({ uid, user, exists }: Machine, group: string): BasePlan {
  if (uid === 0) return { how: 'scope', manager: 'system' };
  if (!exists(`/run/user/${uid}/bus`)) return { how: 'none', why: `systemd of ${user} does not answer on D-Bus (/run/user/${uid}/bus); it comes with dbus-user-session` };
  // Its scopes end with it, when the last login does: agents that were none of its do not.
  if (!group.includes(`/user@${uid}.service/`) && !exists(`/var/lib/systemd/linger/${user}`)) {
    return { how: 'none', why: `logging out would end agents that systemd of ${user} holds; allow them to stay: loginctl enable-linger` };
  }
  return { how: 'scope', manager: 'user' };
}

/** Upwards from where tmux is. One that holds processes itself cannot have limits below it, but for the root of all. */
function planFolder(root: string, own: string): BasePlan {
  for (let folder = own; folder.startsWith(root); folder = path.dirname(folder)) {
    // What a container sees as the root is a group like others: it has a file of events, the root of all has none.
    const isRootOfAll = folder === root && !fs.existsSync(path.join(folder, 'cgroup.events'));
    const isFree = isRootOfAll || wordsIn(folder, 'cgroup.procs').length === 0;
    const enabled = controllersIn(wordsIn(folder, 'cgroup.subtree_control'));
    if (mayWrite(folder) && (enabled.length > 0 || isFree)) return { how: 'folder', parent: folder };
  }
  return { how: 'none', why: `neither ${own} nor a folder above it can be written to and holds no processes of its own` };
}

function mayWrite(folder: string): boolean {
  try {
    for (const one of ['.', 'cgroup.procs', 'cgroup.subtree_control']) fs.accessSync(path.join(folder, one), fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a limited agent will be held, or why nowhere. */
export function inWords(plan: BasePlan): string {
  switch (plan.how) {
    case 'ours':
      return `groups in ${plan.folder}`;
    case 'scope':
      return `in a scope of ${plan.manager === 'user' ? 'your systemd' : 'systemd'}, once an agent is limited`;
    case 'folder':
      return `in a group of ${plan.parent}, once an agent is limited`;
    case 'none':
      return plan.why;
  }
}

/** Carries the plan out. `children` are of the same server and are moved with it: wrappers, and what they run. @throws Error with the reason. */
export async function openBase(plan: BasePlan, machine: Machine, serverPid: number, children: readonly number[]): Promise<CgroupBase> {
  if (plan.how === 'none') throw new Error(plan.why);
  const folder = plan.how === 'ours' ? plan.folder : await makeBase(plan, machine, serverPid, children);
  const servers = path.join(folder, SERVERS);
  fs.mkdirSync(servers, { recursive: true });
  moveServers(servers, plan.how === 'folder' ? [serverPid, ...children] : wordsIn(folder, 'cgroup.procs').map(Number));
  enableControllers(folder);
  const controllers = controllersIn(wordsIn(folder, 'cgroup.subtree_control'));
  if (controllers.length === 0) throw new Error(`${folder} gives no controllers to the folders in it`);
  return { folder, controllers };
}

/** @throws Error where the kernel refuses: what we may write to does not reach up to where they are now. */
function moveServers(servers: string, pids: readonly number[]): void {
  try {
    moveTo(servers, pids);
  } catch (error) {
    for (const folder of [servers, path.dirname(servers)]) removeGroup(folder);
    throw new Error(`the tmux server could not be moved to ${servers} (${(error as NodeJS.ErrnoException).code ?? 'refused'})`, { cause: error });
  }
}

async function makeBase(plan: Exclude<BasePlan, { how: 'none' | 'ours' }>, machine: Machine, serverPid: number, children: readonly number[]): Promise<string> {
  if (plan.how === 'scope') return await makeScope(plan.manager, machine, [serverPid, ...children]);
  enableControllers(plan.parent);
  removeUnused(plan.parent);
  const folder = path.join(plan.parent, `${PREFIX}${serverPid}`);
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}

/** What servers left that have ended; where something still runs, the kernel refuses. (systemd removes its scopes itself.) */
function removeUnused(parent: string): void {
  const groupsIn = (folder: string): string[] => fs.readdirSync(folder, { withFileTypes: true }).filter((one) => one.isDirectory()).map((one) => path.join(folder, one.name));
  for (const base of groupsIn(parent).filter((one) => /^muxward-\d+$/.test(path.basename(one)))) {
    if (groupsIn(base).map(removeGroup).every(Boolean)) removeGroup(base);
  }
}

/** One by one: a controller that is not to be had keeps no other away. */
function enableControllers(folder: string): void {
  for (const one of CONTROLLERS) write(path.join(folder, 'cgroup.subtree_control'), `+${one}`);
}

/** At the boot of a busy machine, systemd has much else to do. */
const SCOPE_WAIT_MS = 15_000;
/** A program of another user stays where it is. */
const CHILDREN_WAIT_MS = 2000;

/**
 * The units of systemd's managers in which the daemon is. They are to end before the scope when the machine goes down:
 * else the daemon would take what that does to agents for ends of their own, and judge them. (A unit that a manager does
 * not know orders nothing.)
 */
function ownUnits({ groupOf }: Machine): string[] {
  return (groupOf(process.pid)?.split('/') ?? []).filter((name) => /\.(service|scope)$/.test(name));
}

/** The scope is known by the server's pid: there is one for each server, and it ends with the last process in it. */
async function makeScope(manager: 'system' | 'user', machine: Machine, pids: readonly number[]): Promise<string> {
  const { root, uid, groupOf } = machine;
  const [serverPid = 0] = pids;
  const units = ownUnits(machine);
  const name = `${PREFIX}${serverPid}.scope`;
  const properties = [
    ['Description', 's', 'agents of muxward and their tmux server'],
    ['Delegate', 'b', 'true'],
    ['TasksMax', 't', '18446744073709551615'],
    ['TimeoutStopUSec', 't', '10000000'],
    ['CollectMode', 's', 'inactive-or-failed'],
    ['Before', 'as', String(units.length), ...units],
    ['PIDs', 'au', String(pids.length), ...pids.map(String)],
  ];
  const bus = ['call', 'org.freedesktop.systemd1', '/org/freedesktop/systemd1', 'org.freedesktop.systemd1.Manager'];
  const start = ['StartTransientUnit', 'ssa(sv)a(sa(sv))', name, 'fail', String(properties.length), ...properties.flat(), '0'];
  await busctl(uid, [`--${manager}`, ...bus, ...start]);
  // It moves them one after the other, and can no more once the scope has groups of ours with controllers.
  const isThere = (pid: number): boolean => path.basename(groupOf(pid) ?? name) === name;
  for (let waitedMs = 0; waitedMs < SCOPE_WAIT_MS; waitedMs += 5) {
    const group = groupOf(serverPid);
    if (group !== null && isThere(serverPid) && (waitedMs >= CHILDREN_WAIT_MS || pids.every(isThere))) return path.join(root ?? '', group);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`systemd did not move tmux to ${name}`);
}

async function busctl(uid: number, args: readonly string[]): Promise<void> {
  const runtime = `/run/user/${uid}`;
  const env = { PATH: process.env['PATH'], XDG_RUNTIME_DIR: runtime, DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus` };
  await new Promise<void>((resolve, reject) => {
    execFile('busctl', ['--quiet', ...args], { env, timeout: SCOPE_WAIT_MS }, (error, _out, stderr) =>
      error === null ? resolve() : reject(new Error(`systemd gave no scope: ${stderr.trim().split('\n')[0] || error.message}`)),
    );
  });
}

function controllersIn(words: readonly string[]): Controller[] {
  return CONTROLLERS.filter((one) => words.includes(one));
}
