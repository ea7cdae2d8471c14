/** Carries out recovery.ts for every agent when a daemon starts: the last one may have been killed at any moment. */
import { type HomePaths, runPaths } from '../config/paths.ts';
import { bootId } from '../system/process-table.ts';
import { identify, livenessOf } from '../system/identity.ts';
import { isMarked } from '../system/marks.ts';
import { resumeWriter } from '../system/log-rotation.ts';
import type { Pane, TmuxServer } from '../tmux/server.ts';
import { readJournal } from './journal.ts';
import type { Launcher } from './launcher.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import { logWriters } from './log-writer.ts';
import type { ManagedAgent } from './managed-agent.ts';
import { recover, type Witnesses } from './recovery.ts';
import type { Registry } from './registry.ts';

export interface PickUpOptions {
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly launcher: Launcher;
  readonly tmux: TmuxServer;
  readonly paths: HomePaths;
  readonly log: Log;
}

export async function pickUp(options: PickUpOptions): Promise<void> {
  const { registry, tmux, log } = options;
  const panes = await tmux.panes().catch((error: unknown) => {
    log.warn('tmux could not be asked what runs', error);
    return undefined;
  });
  for (const writer of logWriters(tmux.serverPid).values()) resumeWriter(writer);
  const toLaunch: ManagedAgent[] = [];
  for (const agent of registry.all()) if (pickUpOne(options, agent, panes) === 'launch') toLaunch.push(agent);
  registry.flush();
  void relaunchAll(options, toLaunch);
}

function pickUpOne(options: PickUpOptions, agent: ManagedAgent, panes: readonly Pane[] | undefined): 'done' | 'launch' {
  const { registry, lifecycle, paths } = options;
  const { record, spec } = agent;
  const pane = panes && mainPane(panes, agent);
  if (panes) registry.patch(agent, { pane: pane?.id ?? null, wrapper: pane ? identify(pane.wrapperPid) : null });
  const now = registry.clock.now().toISOString();
  const journal = readJournal(runPaths(paths, spec.name).journal);
  const startTimeOf = (pid: number, generation: number): number | undefined =>
    isMarked(pid, paths.home, spec.name, generation) ? identify(pid).startTime : undefined;
  const witnesses: Witnesses = { record, journal, pane, livenessOf, startTimeOf, bootId: bootId(), now };
  const recovery = recover(witnesses);
  switch (recovery.kind) {
    case 'leave':
    case 'unknown':
      return 'done';
    case 'adopt': {
      const { process } = recovery;
      const { startedAtMs } = agent;
      const isKnown = record.process?.pid === process.pid;
      lifecycle.adopt(agent, process);
      if (isKnown) agent.startedAtMs = startedAtMs;
      registry.move(agent, 'started', 'runs');
      registry.emit('agent.adopted', spec.name, { pid: process.pid, generation: process.generation });
      if (record.wish === 'stop') void lifecycle.finishStop(agent);
      return 'done';
    }
    case 'ended':
      lifecycle.ended(agent, recovery.generation, recovery.end);
      return 'done';
    case 'launch':
      return 'launch';
    case 'waits':
      lifecycle.aftermath.waitOn(agent);
      return 'done';
    case 'rebooted':
      registry.patch(agent, { process: null, pane: null, wrapper: null });
      registry.move(agent, 'finished', 'the machine was started anew; muxward start brings it back');
      return 'done';
  }
}

function mainPane(panes: readonly Pane[], { spec, record }: ManagedAgent): NonNullable<Witnesses['pane']> | null {
  const own = panes.filter(({ session }) => session === spec.name);
  const pane = own.find(({ id }) => id === record.pane) ?? own.find(({ windowIndex }) => windowIndex === 0);
  if (!pane) return null;
  const wrapperLives = livenessOf({ pid: pane.pid, startTime: 0 });
  return { id: pane.id, wrapperPid: pane.pid, wrapperLives: wrapperLives === 'alive' || wrapperLives === 'stopped' };
}

/** Those that were meant to start and had not: one by one, so that a failure of one holds up no other. */
async function relaunchAll({ launcher, log }: PickUpOptions, agents: readonly ManagedAgent[]): Promise<void> {
  for (const agent of agents) {
    await launcher.resume(agent).catch((error: unknown) => log.warn(agent.spec.name, error));
  }
}
