/**
 * Wires what looks after agents: tmux, the loop that watches, starts and ends, limits, and those who hear what agents do.
 * What is built upon it (alerts, worktrees, history …), and its start and end, is daemon.ts.
 */
import path from 'node:path';
import { logPath, type HomePaths } from '../config/paths.ts';
import type { Settings } from '../config/settings.ts';
import { terminalFolders } from '../config/terminals/terminal-folders.ts';
import { isLive } from '../core/state.ts';
import type { AgentType } from '../agents/agent-type.ts';
import { agentType } from '../agents/registry.ts';
import { bootId } from '../system/process-table.ts';
import { TmuxServer } from '../tmux/server.ts';
import { ClaudeAgents } from './claude/claude-agents.ts';
import { trustFolder } from './claude/trust-folder.ts';
import { Typist } from './claude/typing/typist.ts';
import { SessionLocks } from './claude/session-locks.ts';
import { drained } from './drain.ts';
import { withoutSecrets } from './alerts/start-alerts.ts';
import { Checkpoints } from './checkpoints/checkpoints.ts';
import type { EventHub } from './event-hub.ts';
import { Launcher } from './launcher.ts';
import { holdToLimits } from './limits/hold-to-limits.ts';
import type { Throttle } from './limits/throttle.ts';
import { Lifecycle } from './lifecycle.ts';
import { LogBounds } from './log-bounds.ts';
import type { Log } from './log.ts';
import { Marks } from './marks.ts';
import { noteLastRun } from './last-run.ts';
import type { Registry } from './registry.ts';
import { Rush } from './rush.ts';
import { ScreenWatch } from './screens/screen-watch.ts';
import { TmuxLoss } from './tmux-loss/tmux-loss.ts';
import type { Daemon } from './verbs/context.ts';
import { Watch } from './watch.ts';

/** What looks after agents, wired together; the rest of the daemon is built upon it. */
export type Supervision = Pick<Daemon, 'tmux' | 'typeOf' | 'lifecycle' | 'launcher' | 'marks' | 'watch' | 'watchers' | 'hooks' | 'claude' | 'screens' | 'typist' | 'checkpoints' | 'kernelLimits'> & {
  readonly rush: Rush;
  readonly throttle: Throttle;
  readonly tmuxLoss: TmuxLoss;
};

export interface SupervisionOptions {
  readonly paths: HomePaths;
  readonly installation: string;
  readonly settings: Settings;
  readonly registry: Registry;
  readonly hub: EventHub;
  readonly log: Log;
  /** Of the daemon; the tmux server and so every session starts from it. */
  readonly env: Readonly<Record<string, string>>;
  /** The tmux server that the last daemon knew; empty where there is none to know. */
  readonly knownServer: string;
}

/** Makes the parts; nothing runs yet. */
export function wireSupervision({ paths, installation, settings, registry, hub, log, env, knownServer }: SupervisionOptions): Supervision {
  const watchers = new Set<symbol>();
  const warn = (what: string, error: unknown): void => log.warn(what, error);
  const folders = terminalFolders(paths.home, installation);
  const typeOf = (name: string): Promise<AgentType> => agentType(name, folders);
  const marks = new Marks({ home: paths.home, clock: registry.clock, lives: (name) => livingGeneration(registry, name) });
  const tmux = new TmuxServer({
    tmux: 'tmux',
    socket: paths.tmuxSocket,
    config: path.join(installation, 'templates/tmux.conf'),
    env: { ...withoutSecrets(env, settings.alerts), MUXWARD_HOME: paths.home, MUXWARD_BIN: path.join(installation, 'bin/muxward') },
    logs: paths.logs,
    scratch: paths.run,
    settings: settings.tmux,
    onChange: () => watch.sessionsChanged(),
    onLost: (message) => tmuxLoss.connectionLost(message),
    onConnected: (serverId) => tmuxLoss.connected(serverId),
  });
  const tmuxLoss: TmuxLoss = new TmuxLoss({
    registry,
    tmux: () => tmux,
    lifecycle: () => lifecycle,
    log,
    knownServer,
    onConnected: (tmuxServer) => noteQuietly(() => noteLastRun(paths, { bootId: bootId(), tmuxServer }), log),
    onBack: () => watch.sessionsChanged(),
  });
  const turn = tmuxLoss.turns.take.bind(tmuxLoss.turns);
  const drainedLog = (name: string): Promise<void> =>
    drained({ clock: registry.clock, logPath: logPath(paths, name), tmuxAnswers: () => tmux.answers() });
  const lifecycle: Lifecycle = new Lifecycle({ registry, launcher: () => launcher, marks, paths, turn, drained: drainedLog, onError: warn });
  const locks = new SessionLocks(paths.home);
  const rush = new Rush(registry.clock);
  const launcher = new Launcher({
    registry,
    tmux,
    rush,
    paths,
    installation,
    typeOf,
    spawnTimeoutMs: settings.spawnTimeoutMs,
    claim: (agent, sessionId) => locks.claim(agent, sessionId),
    onFailure: (agent, generation, failure) => lifecycle.failed(agent, generation, failure),
    onHooks: (agent) => claude.begins(agent),
    onScreen: (agent) => screens.begins(agent),
    onTrust: trustFolder,
    onLimits: (agents) => kernelLimits.prepare(agents),
  });
  const claude = new ClaudeAgents({ registry, hub, tmux, paths, installation, drained: drainedLog, onError: warn });
  lifecycle.explainers.push((agent, seen) => claude.starts.explain(agent, seen));
  const screens = new ScreenWatch({ registry, tmux, paths, typeOf, onError: warn });
  const pace = { liveness: settings.livenessEveryMs, samples: settings.sampleEveryMs };
  const { limits, throttle, kernel: kernelLimits } = holdToLimits({ registry, lifecycle, tmux, paths, graceMs: settings.stopGraceMs, limitsBy: settings.limitsBy, onError: warn });
  const watch: Watch = new Watch({
    checkLimits: () => limits.check(),
    correctSample: kernelLimits.correct,
    registry,
    lifecycle,
    tmux,
    paths,
    logs: new LogBounds({ registry, paths, bounds: settings.log, serverPid: () => tmux.serverPid }),
    everyMs: pace,
    isWatched: () => watchers.size > 0,
    graceMs: settings.stopGraceMs,
    tmuxAnswers: () => tmux.answers(),
    areManyStarting: () => rush.isOn,
    onError: warn,
  });
  const typist = new Typist({ tmux, hooks: claude.hooks, paths });
  const checkpoints = new Checkpoints({ registry, tmux, marks, halts: lifecycle.halts, paths, settings: settings.checkpoint, onError: warn });
  return { tmux, typeOf, lifecycle, launcher, marks, watch, watchers, hooks: claude.hooks, claude, screens, typist, checkpoints, tmuxLoss, rush, throttle, kernelLimits };
}

/** What only explains later why something is gone must not hold up what is there. */
function noteQuietly(note: () => void, log: Log): void {
  try {
    note();
  } catch (error) {
    log.warn('last run', error);
  }
}

function livingGeneration(registry: Registry, name: string): number | null | undefined {
  const agent = registry.find(name);
  if (!agent) return undefined;
  return isLive(agent.record.state) ? agent.record.generation : null;
}
