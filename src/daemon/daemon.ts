/**
 * The composition root: makes the parts of one home's daemon, wires them, picks up where the last daemon left off, and
 * takes them down again. Agents go on when it ends.
 */
import path from 'node:path';
import { serveApi, type ApiServer } from '../api/server.ts';
import { homePaths, shortSocketFolder, type HomePaths } from '../config/paths.ts';
import { loadSettings } from '../config/settings.ts';
import { systemClock } from '../core/clock.ts';
import type { MuxwardError } from '../core/errors.ts';
import type { Store } from '../store/store.ts';
import { bootId } from '../system/process-table.ts';
import { makePrivateFolder } from '../config/private-folder.ts';
import { Answers } from './claude/answers/answers.ts';
import { startClaude } from './claude/wire-claude.ts';
import { showAlertCount } from './alerts/alert-count.ts';
import { startAlerts, withoutSecrets } from './alerts/start-alerts.ts';
import { rollbackPort } from './checkpoints/recovery-port.ts';
import { finishRestoring, recoverRollbacks } from './checkpoints/roll-back.ts';
import { scheduleCheckpoints } from './checkpoints/schedule.ts';
import { startClaims } from './claims/start-claims.ts';
import { startConflicts } from './conflicts/start-conflicts.ts';
import { EventHub } from './event-hub.ts';
import { HealthChecks } from './health/health-checks.ts';
import { History } from './history/history.ts';
import { runHooks } from './hooks-runner.ts';
import { continueThrottled } from './limits/throttle.ts';
import type { Log } from './log.ts';
import { startMessages } from './messages/start-messages.ts';
import { readLastRun } from './last-run.ts';
import { pickUpAll } from './pick-up-all.ts';
import { rebuild } from './rebuild.ts';
import { watchForOom } from './recovery/oom.ts';
import { Registry } from './registry.ts';
import { hearReports } from './hear-reports.ts';
import { showStates } from './state-line.ts';
import { openTasks } from './tasks/start-tasks.ts';
import { act } from './verbs/act.ts';
import { handlersOf } from './verbs/handlers.ts';
import { spawn } from './verbs/spawn.ts';
import { input } from './verbs/terminal.ts';
import type { Daemon } from './verbs/context.ts';
import { version } from './version.ts';
import { openWorktrees } from './worktrees/open-worktrees.ts';
import { wireSupervision } from './wire-supervision.ts';

export interface DaemonOptions {
  readonly home: string;
  readonly installation: string;
  readonly store: Store;
  readonly log: Log;
  readonly env: Readonly<Record<string, string>>;
  /** Called once everything is down. */
  readonly onEnd: () => void;
}

/** The folders of a home, private to the user. @throws MuxwardError `storage` */
export function makeHome(home: string): HomePaths {
  const paths = homePaths(home);
  for (const folder of [home, paths.logs, paths.run]) makePrivateFolder(folder);
  if (path.dirname(paths.apiSocket) !== home) makePrivateFolder(shortSocketFolder());
  return paths;
}

export async function startDaemon(options: DaemonOptions): Promise<void> {
  const { log, store } = options;
  const paths = homePaths(options.home);
  const settings = await loadSettings(paths.config);
  const startedAtMs = performance.now();
  const hub = new EventHub();
  const registry = new Registry(store, systemClock, hub, storageWatch(log));
  registry.load();
  rebuild(registry, paths, log);
  const lastRun = readLastRun(paths);
  const parts = wireSupervision({ ...options, paths, settings, registry, hub, knownServer: lastRun?.bootId === bootId() ? lastRun.tmuxServer : '' });
  const { tmux, lifecycle, watch, marks, claude, tmuxLoss } = parts;
  const worktrees = await openWorktrees({ registry, paths, folder: settings.worktrees.folder, log });
  continueThrottled(registry, (agent) => lifecycle.halts.goOn(agent));
  const warn = (what: string, error: unknown): void => log.warn(what, error);
  const send = (name: string, text: string): Promise<unknown> => input(daemon, name, { text, submit: true });
  const work = startClaude({ registry, store, hub, hooks: claude.hooks, lifecycle, paths, settings, send, taskAt: (agent, at) => tasks.taskAt(agent, at), onLimited: (agent, until) => claude.activity.limitedUntil(agent, until), onError: warn });
  const tasks = openTasks({
    ...parts,
    ...work,
    registry,
    store,
    hub,
    paths,
    settings,
    send,
    spawn: (spec) => spawn(daemon, { specs: [spec] }),
    interrupt: (name) => act(daemon, { action: 'interrupt', selector: { names: [name] } }),
    onError: warn,
  });
  const onError = (what: string, error: unknown): void => log.warn(what, error);
  const { checkpoints } = parts;
  const rollbacks = { ...parts, registry, stopGraceMs: settings.stopGraceMs, ensureFolder: worktrees.ensure.bind(worktrees) };
  lifecycle.aftermath.rollback = rollbackPort(rollbacks);
  const messages = startMessages({ registry, store, hub, onError });
  checkpoints.places.messages = messages.places;
  await finishRestoring(checkpoints, onError);
  // Before it: agents may have been killed while no daemon ran.
  const stopOomWatch = watchForOom(lifecycle, registry.clock, (agent) => parts.kernelLimits.kills(agent));
  await pickUpAll({ ...parts, registry, paths, log, lastRun });
  await parts.kernelLimits.leaveSession();
  const reports = hearReports(paths.ends, parts, registry);
  const health = new HealthChecks({ registry, hub, paths, onUnhealthy: (agent, detail) => lifecycle.endFor(agent, { kind: 'unhealthy', detail }, settings.stopGraceMs) });
  const history = new History({ registry, store, hub, keepRows: settings.history.keepRows, onError });
  history.start();
  const alerts = startAlerts({ settings: settings.alerts, registry, store, hub, paths, tmux, env: options.env, growthOf: (agent) => history.growthOf(agent), mayWait: () => parts.rush.isOn, onError });
  await recoverRollbacks(rollbacks, onError);
  const conflicts = startConflicts({ registry, lifecycle, paths, mode: settings.conflicts, onError }, hub);
  const claims = startClaims({ registry, onError }, hub);
  const stops = [
    runHooks({ hub, registry, hooks: settings.hooks, env: withoutSecrets(options.env, settings.alerts) }),
    showStates({ hub, registry, tmux, placed: (agent) => parts.launcher.placed(agent), onError: (error) => log.warn('status line', error) }),
    stopOomWatch,
    scheduleCheckpoints({ registry, checkpoints, hooks: parts.hooks, plan: settings.checkpoint.plan, onError }),
    () => watch.stop(),
    () => parts.throttle.stop(),
    () => health.stop(),
    () => tasks.stop(),
    () => work.stop(),
    () => claude.stop(),
    () => parts.screens.stop(),
    showAlertCount(alerts, hub, tmux, onError),
    () => alerts.stop(),
    () => history.stop(),
    () => conflicts.stop(),
    () => claims.stop(),
    () => messages.stop(),
    () => marks.stop(),
    () => reports.close(),
    () => tmuxLoss.stop(),
    () => tmux.disconnect(),
  ];
  let api: ApiServer | null = null;
  let ending = false;
  const end = async (reason: string): Promise<void> => {
    if (ending) return;
    ending = true;
    log.info(`ends: ${reason}`);
    registry.emit('daemon.stopped', null, { reason });
    for (const stop of stops) stop();
    flushLast(registry, log);
    store.close();
    // The socket goes last: where none answers any more, a next daemon finds the state free. Closing removes its file.
    await api?.close();
    options.onEnd();
  };
  const daemon: Daemon = {
    ...parts,
    health,
    ...work,
    paths,
    settings,
    installation: options.installation,
    store,
    hub,
    registry,
    answers: new Answers({ registry, tmux, hooks: parts.hooks, paths, rules: settings.answers }),
    alerts,
    worktrees,
    history,
    conflicts,
    claims,
    messages,
    tasks,
    info: () => ({ pid: process.pid, version, uptimeMs: Math.round(performance.now() - startedAtMs) }),
    end: (reason) => void setTimeout(() => void end(reason), 20),
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => void end(signal));
  watch.start();
  health.start();
  work.start();
  claude.start();
  tasks.start();
  void parts.screens.start();
  registry.emit('daemon.started', null, { pid: process.pid, version });
  store.events.trim(settings.eventsKept);
  api = await serveApi({ socketPath: paths.apiSocket, handlers: handlersOf(daemon), onBug: (error) => log.error('api', error) });
  log.info(`muxwardd ${version} serves ${paths.home} (pid ${process.pid}, ${registry.all().length} agents)`);
}

/** Says once that the state cannot be stored, and once that it can again. */
function storageWatch(log: Log): (error: MuxwardError | null) => void {
  let failing = false;
  return (error) => {
    if (error !== null && !failing) log.error('the state cannot be stored; agents go on, and it is tried again', error);
    if (error === null && failing) log.info('the state can be stored again');
    failing = error !== null;
  };
}

function flushLast(registry: Registry, log: Log): void {
  try {
    registry.flush();
  } catch (error) {
    log.error('the last changes could not be stored', error);
  }
}
