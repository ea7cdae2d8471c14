/** Every setting in force with the place it comes from: what `config show` shows. */
import { targetOf } from '../core/alert-channel.ts';
import { readIfPresent } from './read-if-present.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings-defaults.ts';
import type { PositionedYaml } from './yaml/positioned-yaml.ts';

export interface SettingOrigin {
  /** As it is written in config.yaml: `log.max_size`. */
  readonly key: string;
  /** Durations in milliseconds, sizes in bytes. */
  readonly value: unknown;
  readonly unit: 'ms' | 'bytes' | null;
  /** `default`, or file and line. */
  readonly origin: string;
}

type Row = readonly [key: string, unit: SettingOrigin['unit'], value: (settings: Settings) => unknown];

const ROWS: readonly Row[] = [
  ['defaults.restart', null, (s) => s.agent.restart.policy],
  ['defaults.max_restarts', null, (s) => s.agent.restart.maxRestarts],
  ['defaults.model', null, (s) => s.agent.model],
  ['defaults.permission_mode', null, (s) => s.agent.permissionMode],
  ['defaults.health.interval', 'ms', (s) => s.agent.healthIntervalMs],
  ['defaults.recovery.roll_back_after', null, (s) => s.agent.recovery.rollBackAfter],
  ['defaults.recovery.park_for', 'ms', (s) => s.agent.recovery.parkMs],
  ['defaults.recovery.on', null, (s) => s.agent.recovery.on],
  ['defaults.recovery.failover', null, (s) => s.agent.recovery.failover && (s.agent.recovery.failover.command ?? null)],
  ['defaults.limits.memory', 'bytes', (s) => s.agent.limits.memoryBytes],
  ['defaults.limits.cpu', null, (s) => s.agent.limits.cpu],
  ['defaults.limits.timeout', 'ms', (s) => s.agent.limits.timeoutMs],
  ['defaults.limits.processes', null, (s) => s.agent.limits.processes],
  ['defaults.limits.output', 'bytes', (s) => s.agent.limits.outputBytes],
  ['defaults.limits.on', null, (s) => s.agent.limits.actions],
  ['restart.window', 'ms', (s) => s.agent.restart.windowMs],
  ['restart.base_delay', 'ms', (s) => s.agent.restart.baseDelayMs],
  ['restart.max_delay', 'ms', (s) => s.agent.restart.maxDelayMs],
  ['restart.stable_after', 'ms', (s) => s.agent.restart.stableAfterMs],
  ['stop_grace', 'ms', (s) => s.stopGraceMs],
  ['spawn_timeout', 'ms', (s) => s.spawnTimeoutMs],
  ['watch.liveness', 'ms', (s) => s.livenessEveryMs],
  ['watch.sample', 'ms', (s) => s.sampleEveryMs],
  ['log.max_size', 'bytes', (s) => s.log.maxBytes],
  ['log.keep', null, (s) => s.log.keep],
  ['tmux.scrollback', null, (s) => s.tmux.scrollbackLines],
  ['tmux.prefix', null, (s) => s.tmux.prefix],
  ['tmux.columns', null, (s) => s.tmux.columns],
  ['tmux.rows', null, (s) => s.tmux.rows],
  ['tmux.timeout', 'ms', (s) => s.tmux.timeoutMs],
  ['checkpoint.every', 'ms', (s) => s.checkpoint.plan.everyMs],
  ['checkpoint.turns', null, (s) => s.checkpoint.plan.turns],
  ['checkpoint.keep', null, (s) => s.checkpoint.retention.keep],
  ['checkpoint.keep_for', 'ms', (s) => s.checkpoint.retention.maxAgeMs],
  ['checkpoint.keep_size', 'bytes', (s) => s.checkpoint.retention.maxBytes],
  ['checkpoint.max_file', 'bytes', (s) => s.checkpoint.maxFileBytes],
  ['checkpoint.max_size', 'bytes', (s) => s.checkpoint.maxNewBytes],
  ['checkpoint.tasks', null, (s) => s.checkpoint.tasks],
  ['events.keep', null, (s) => s.eventsKept],
  ['history.keep', null, (s) => s.history.keepRows],
  ['tasks.max_parallel', null, (s) => s.tasks.maxParallel],
  ['tasks.keep', null, (s) => s.tasks.keep],
  ['worktrees.folder', null, (s) => s.worktrees.folder],
  ['conflicts', null, (s) => s.conflicts],
  ['limits_by', null, (s) => s.limitsBy],
  ['prices', null, (s) => s.prices],
  ['answers', null, (s) => s.answers],
  ['hooks', null, (s) => s.hooks],
  ['alerts.rules', null, (s) => s.alerts.rules.map(({ name, when, severity, agents }) => ({ name, when, severity, agents }))],
  ['alerts.off', null, (s) => s.alerts.off],
  ['alerts.channels', null, (s) => s.alerts.channels.map((channel) => ({ name: channel.name, kind: channel.kind, target: targetOf(channel) }))],
  ['alerts.to', null, (s) => s.alerts.to],
  ['alerts.escalate', null, (s) => s.alerts.escalate],
  ['alerts.quiet', null, (s) => s.alerts.quiet],
];

/** @throws InvalidConfig with every fault of the file. */
export async function settingOrigins(path: string): Promise<SettingOrigin[]> {
  const text = await readIfPresent(path);
  if (text === undefined) return ROWS.map((row) => rowOf(row, DEFAULT_SETTINGS));
  const { readSettings } = await import('./settings-file.ts');
  const { settings, document } = readSettings(text, path);
  return ROWS.map((row) => rowOf(row, settings, document));
}

function rowOf([key, unit, value]: Row, settings: Settings, document?: PositionedYaml): SettingOrigin {
  return { key, value: value(settings), unit, origin: originOf(key, document) };
}

function originOf(key: string, document: PositionedYaml | undefined): string {
  const path = key.split('.');
  if (document === undefined || !holds(document.value, path)) return 'default';
  const { file, line } = document.faultAt(path, '', null, 'key');
  return `${file}:${line}`;
}

function holds(value: unknown, path: readonly string[]): boolean {
  const found = path.reduce<unknown>((inner, part) => (inner as Record<string, unknown> | undefined | null)?.[part], value);
  return found !== undefined;
}
