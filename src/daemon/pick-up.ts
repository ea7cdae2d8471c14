/** Carries out recovery.ts for every agent when a daemon starts: the last one may have been killed at any moment. */
import { type HomePaths, runPaths } from '../config/paths.ts';
import type { End } from '../core/end.ts';
import { NO_RESTARTS } from '../core/restart-policy.ts';
import { bootId } from '../system/process-table.ts';
import { identify, livenessOf } from '../system/identity.ts';
import { isMarked } from '../system/marks.ts';
import { resumeWriter } from '../system/log-rotation.ts';
import type { Pane } from '../tmux/pane.ts';
import type { TmuxServer } from '../tmux/server.ts';
import { readJournal } from './journal.ts';
import type { Launcher } from './launcher.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Log } from './log.ts';
import { logWriters } from './log-writer.ts';
import type { ManagedAgent } from './managed-agent.ts';
import { recover, type Witnesses } from './recovery.ts';
import type { Registry } from './registry.ts';
import { SERVER_DIED } from './tmux-loss/tmux-loss.ts';

export interface PickUpOptions {
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly launcher: Launcher;
  readonly tmux: TmuxServer;
  readonly paths: HomePaths;
  readonly log: Log;
  /** The machine was started anew since muxward last ran. */
  readonly rebooted: boolean;
  /** The tmux server that the records speak of is gone. */
  readonly serverDied: boolean;
}

export interface PickedUp {
  /** Were on the tmux server that died. */
  readonly lost: readonly ManagedAgent[];
  /** Ran before the machine was started anew; none of them does now. */
  readonly rebooted: readonly ManagedAgent[];
  /** tmux or the system could not tell. */
  readonly unknown: readonly ManagedAgent[];
}

/** How long what lost its terminal has between SIGTERM and SIGKILL. */
const LEFTOVER_GRACE_MS = 2000;

type Fate = 'done' | 'launch' | 'lost' | 'rebooted' | 'unknown';

export async function pickUp(options: PickUpOptions, agents: readonly ManagedAgent[]): Promise<PickedUp> {
  const { registry, tmux, log } = options;
  const panes = tmux.connected
    ? await tmux.panes().catch((error: unknown) => {
        log.warn('tmux could not be asked what runs', error);
        return undefined;
      })
    : undefined;
  for (const writer of logWriters(tmux.serverPid).values()) resumeWriter(writer);
  const fates = new Map(agents.map((agent) => [agent, pickUpOne(options, agent, panes)]));
  const those = (fate: Fate): ManagedAgent[] => agents.filter((agent) => fates.get(agent) === fate);
  registry.flush();
  void relaunchAll(options, those('launch'));
  return { lost: those('lost'), rebooted: those('rebooted'), unknown: those('unknown') };
}

function pickUpOne(options: PickUpOptions, agent: ManagedAgent, panes: readonly Pane[] | undefined): Fate {
  const { registry, lifecycle, paths, rebooted, serverDied } = options;
  const { record, spec } = agent;
  const pane = panes && mainPane(panes, agent);
  if (panes) registry.patch(agent, { pane: pane?.id ?? null, wrapper: pane ? identify(pane.wrapperPid) : null });
  const now = registry.clock.now().toISOString();
  const journal = readJournal(runPaths(paths, spec.name).journal);
  const startTimeOf = (pid: number, generation: number): number | undefined =>
    isMarked(pid, paths.home, spec.name, generation) ? identify(pid).startTime : undefined;
  const witnesses: Witnesses = { record, journal, pane, livenessOf, startTimeOf, bootId: bootId(), rebooted, now };
  const recovery = recover(witnesses);
  switch (recovery.kind) {
    case 'leave':
      return 'done';
    case 'unknown':
      return 'unknown';
    case 'adopt': {
      const { process } = recovery;
      const { startedAtMs } = agent;
      const isKnown = record.process?.pid === process.pid;
      lifecycle.adopt(agent, process);
      if (isKnown) agent.startedAtMs = startedAtMs;
      registry.move(agent, 'started', 'runs');
      registry.emit('agent.adopted', spec.name, { pid: process.pid, generation: process.generation });
      if (record.wish === 'stop') void lifecycle.finishStop(agent);
      else if (pane === null) return withoutTerminal(options, agent);
      return 'done';
    }
    case 'ended':
      if (serverDied && recovery.end.kind === 'lost') return withoutTerminal(options, agent);
      lifecycle.ended(agent, recovery.generation, recovery.end);
      return 'done';
    case 'ran-on':
      runOn(options, agent, recovery.generation);
      return pickUpOne(options, agent, panes);
    case 'launch':
      return 'launch';
    case 'waits':
      lifecycle.aftermath.waitOn(agent);
      return 'done';
    case 'rebooted':
      return endByReboot(options, agent, now);
  }
}

/** Its session went while no daemon looked; whatever lives on of it has neither terminal nor wrapper. */
function withoutTerminal({ lifecycle, serverDied, log }: PickUpOptions, agent: ManagedAgent): Fate {
  if (serverDied) {
    lifecycle.lost(agent, SERVER_DIED);
    return 'lost';
  }
  const because = { kind: 'lost', detail: 'its tmux session was closed' } as const;
  const stopped = lifecycle.stop(agent, { graceMs: LEFTOVER_GRACE_MS, force: false, next: 'run-again', because });
  stopped.catch((error: unknown) => log.warn(agent.spec.name, error));
  return 'done';
}

function endByReboot({ registry }: PickUpOptions, agent: ManagedAgent, at: string): Fate {
  const { record } = agent;
  const stopped = record.wish === 'stop';
  const end: End = { kind: stopped ? 'stopped-by-user' : 'lost', code: null, signal: null, at, detail: 'the machine was started anew' };
  agent.memory = NO_RESTARTS;
  registry.patch(agent, { process: null, pane: null, wrapper: null, exit: end, restartedAt: [], restartsInARow: 0, startsAt: null, parked: false });
  registry.move(agent, 'finished', stopped ? 'stopped by you' : 'the machine was started anew; muxward start --lost brings it back');
  return stopped ? 'done' : 'rebooted';
}

/** Its wrapper was told to run it again, and that it did is in its journal only. */
function runOn({ registry }: PickUpOptions, agent: ManagedAgent, generation: number): void {
  const { record } = agent;
  // Where its end was judged already, the first of these starts is counted.
  const restarts = record.restarts + generation - record.generation - (record.exit === null ? 0 : 1);
  registry.patch(agent, { generation, restarts, process: null, exit: null });
  registry.move(agent, 'launch', record.reason);
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
