/** `cleanup`: what nobody needs any more. Never a live agent, never a process that does not bear our mark. */
import fs from 'node:fs';
import path from 'node:path';
import type { CleanupItem, CleanupReply, Routes } from '../../core/protocol.ts';
import { isLive } from '../../core/state.ts';
import { terminateTree } from '../../system/tree-termination.ts';
import type { Pane } from '../../tmux/pane.ts';
import type { ManagedAgent } from '../managed-agent.ts';
import { forgottenWorktrees } from '../worktrees/cleanup-worktrees.ts';
import type { Daemon } from './context.ts';

interface Chore extends CleanupItem {
  /** May give the reason once more, with what came of it. */
  readonly run: () => unknown;
}

/** Logs of agents that are forgotten go after this long; `force` takes them at once. */
const OLD_LOG_MS = 7 * 24 * 3600_000;

export async function cleanup(daemon: Daemon, { dryRun, force }: Routes['POST /api/cleanup']['takes']): Promise<CleanupReply> {
  const forgotten = await forgottenWorktrees(daemon.worktrees, daemon.registry);
  const chores: Chore[] = [...(await deadSessions(daemon)), ...orphans(daemon), ...staleFolders(daemon), ...oldLogs(daemon, force), ...forgotten];
  const items: CleanupItem[] = [];
  for (const { run, ...item } of chores) {
    const said = dryRun ? undefined : await run();
    items.push(typeof said === 'string' ? { ...item, why: said } : item);
  }
  return { dryRun, items };
}

async function deadSessions({ tmux, registry }: Daemon): Promise<Chore[]> {
  for (const { draining } of registry.all()) await draining;
  const panes = await tmux.panes();
  const sessions = new Set(panes.map(({ session }) => session));
  return [...sessions].flatMap((session) => {
    const agent = registry.find(session);
    if (agent && isLive(agent.record.state)) return [];
    if (panes.some((pane) => pane.session === session && !isOver(pane, agent))) return [];
    const run = async (): Promise<void> => {
      await tmux.killSession(session);
      if (agent) registry.patch(agent, { pane: null, wrapper: null });
    };
    const why = agent ? `its agent is ${agent.record.state}` : 'no agent has this name';
    return [{ kind: 'session' as const, what: session, why, run }];
  });
}

/** Nothing runs in it, or only the wrapper of an agent that has ended, which is about to go. */
function isOver(pane: Pane, agent: ManagedAgent | undefined): boolean {
  return pane.dead || (pane.id === agent?.record.pane && pane.pid === agent.record.wrapper?.pid);
}

function orphans({ marks, registry, paths }: Daemon): Chore[] {
  return [...marks.fresh()].flatMap(([name, processes]) => {
    const agent = registry.find(name);
    const alive = agent && isLive(agent.record.state) ? agent.record.generation : null;
    return processes
      .filter(({ generation }) => alive === null || generation < alive)
      .map((process) => ({
        kind: 'orphan' as const,
        what: `process ${process.pid} of ${name}`,
        why: alive === null ? 'its agent does not run' : `left by generation ${process.generation}`,
        run: () => terminateTree({ agent: name, home: paths.home, root: null, graceMs: 2000, force: false, marked: () => new Map([[name, [process]]]) }),
      }));
  });
}

function staleFolders({ paths, registry }: Daemon): Chore[] {
  return fs
    .readdirSync(paths.run, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !registry.find(entry.name))
    .map(({ name }) => {
      const folder = path.join(paths.run, name);
      const run = (): void => fs.rmSync(folder, { recursive: true, force: true });
      return { kind: 'file', what: folder, why: 'no agent has this name', run };
    });
}

function oldLogs({ paths, registry, tasks }: Daemon, force: boolean): Chore[] {
  const nowMs = registry.clock.now().getTime();
  return fs.readdirSync(paths.logs).flatMap((name) => {
    const agent = /^(.*)\.log(\.\d+)?$/.exec(name)?.[1];
    if (agent === undefined || registry.find(agent) || tasks.book.find(agent)) return [];
    const file = path.join(paths.logs, name);
    const { size, mtimeMs } = fs.statSync(file);
    if (!force && nowMs - mtimeMs < OLD_LOG_MS) return [];
    return [{ kind: 'log' as const, what: file, why: 'its agent is forgotten', bytes: size, run: () => fs.rmSync(file, { force: true }) }];
  });
}
