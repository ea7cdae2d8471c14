/** Reads `config.yaml`: its text becomes Settings, and every value knows where it came from. */
import { alertsFrom } from './alerts/alerts-from.ts';
import { answerRulesFrom } from './answers/answers-schema.ts';
import { InvalidConfig, type Fault } from './faults.ts';
import type { Price } from '../core/cost.ts';
import { DEFAULT_SETTINGS, type AgentDefaults, type Settings } from './settings-defaults.ts';
import { settingsSchema, type SettingsFile } from './settings-schema.ts';
import { checkValue } from './yaml/check-value.ts';
import { bytes, ms, number } from './yaml/written-values.ts';
import { hookFrom } from './yaml/hook-schema.ts';
import { limitsFrom } from './yaml/limits-schema.ts';
import { recoveryFrom } from './yaml/recovery-schema.ts';
import { parsePositionedYaml, type PositionedYaml } from './yaml/positioned-yaml.ts';

export interface SettingsReading {
  readonly settings: Settings;
  readonly document: PositionedYaml;
}

/** @throws InvalidConfig with every fault of the file. */
export function readSettings(text: string, file: string): SettingsReading {
  const document = parsePositionedYaml(text, file);
  if (document.faults.length > 0) throw new InvalidConfig(document.faults);
  const { value, faults } = checkValue(settingsSchema, document.value ?? {}, document);
  if (value === undefined) throw new InvalidConfig(faults);
  const settings = settingsFrom(value, document);
  return { settings, document };
}

/** @throws InvalidConfig where what stands in different places does not fit together. */
function settingsFrom(file: SettingsFile, document: PositionedYaml): Settings {
  const standard = DEFAULT_SETTINGS;
  const { watch, log, tmux, events, history, tasks, worktrees } = file;
  const faults: Fault[] = [];
  const alerts = alertsFrom(file.alerts, document, faults);
  if (faults.length > 0) throw new InvalidConfig(faults);
  return {
    agent: agentDefaultsFrom(file),
    stopGraceMs: ms(file.stop_grace) ?? standard.stopGraceMs,
    spawnTimeoutMs: ms(file.spawn_timeout) ?? standard.spawnTimeoutMs,
    livenessEveryMs: ms(watch?.liveness) ?? standard.livenessEveryMs,
    sampleEveryMs: ms(watch?.sample) ?? standard.sampleEveryMs,
    log: { maxBytes: bytes(log?.max_size) ?? standard.log.maxBytes, keep: number(log?.keep) ?? standard.log.keep },
    tmux: {
      scrollbackLines: number(tmux?.scrollback) ?? standard.tmux.scrollbackLines,
      prefix: tmux?.prefix ?? standard.tmux.prefix,
      columns: number(tmux?.columns) ?? standard.tmux.columns,
      rows: number(tmux?.rows) ?? standard.tmux.rows,
      timeoutMs: ms(tmux?.timeout) ?? standard.tmux.timeoutMs,
    },
    checkpoint: checkpointFrom(file),
    eventsKept: number(events?.keep) ?? standard.eventsKept,
    limitsBy: (file.limits_by as Settings['limitsBy'] | undefined) ?? standard.limitsBy,
    conflicts: (file.conflicts as Settings['conflicts'] | undefined) ?? standard.conflicts,
    worktrees: { folder: worktrees?.folder ?? standard.worktrees.folder },
    prices: Object.fromEntries(Object.entries(file.prices ?? {}).map(([model, price]) => [model, priceFrom(price)])),
    answers: answerRulesFrom(file.answers),
    hooks: (file.hooks ?? []).map((hook) => hookFrom(hook)),
    alerts,
    history: { keepRows: number(history?.keep) ?? standard.history.keepRows },
    tasks: { maxParallel: number(tasks?.max_parallel) ?? standard.tasks.maxParallel, keep: number(tasks?.keep) ?? standard.tasks.keep },
  };
}

function checkpointFrom({ checkpoint }: SettingsFile): Settings['checkpoint'] {
  const { plan, retention, maxFileBytes, maxNewBytes, tasks } = DEFAULT_SETTINGS.checkpoint;
  return {
    plan: { everyMs: ms(checkpoint?.every) ?? plan.everyMs, turns: number(checkpoint?.turns) ?? plan.turns },
    retention: {
      keep: number(checkpoint?.keep) ?? retention.keep,
      maxAgeMs: ms(checkpoint?.keep_for) ?? retention.maxAgeMs,
      maxBytes: bytes(checkpoint?.keep_size) ?? retention.maxBytes,
    },
    maxFileBytes: bytes(checkpoint?.max_file) ?? maxFileBytes,
    maxNewBytes: bytes(checkpoint?.max_size) ?? maxNewBytes,
    tasks: checkpoint?.tasks ?? tasks,
  };
}

function priceFrom(price: NonNullable<SettingsFile['prices']>[string]): Price {
  const input = Number(price.input);
  return {
    input,
    output: Number(price.output),
    cacheRead: number(price.cache_read) ?? input / 10,
    cacheWrite: number(price.cache_write) ?? input * 1.25,
    cacheWrite1h: number(price.cache_write_1h) ?? input * 2,
    webSearch: number(price.web_search) ?? 0.01,
  };
}

function agentDefaultsFrom({ defaults, restart }: SettingsFile): AgentDefaults {
  const standard = DEFAULT_SETTINGS.agent;
  return {
    restart: {
      policy: (defaults?.restart as AgentDefaults['restart']['policy'] | undefined) ?? standard.restart.policy,
      maxRestarts: number(defaults?.max_restarts) ?? standard.restart.maxRestarts,
      windowMs: ms(restart?.window) ?? standard.restart.windowMs,
      baseDelayMs: ms(restart?.base_delay) ?? standard.restart.baseDelayMs,
      maxDelayMs: ms(restart?.max_delay) ?? standard.restart.maxDelayMs,
      stableAfterMs: ms(restart?.stable_after) ?? standard.restart.stableAfterMs,
    },
    healthIntervalMs: ms(defaults?.health?.interval) ?? standard.healthIntervalMs,
    recovery: recoveryFrom(defaults?.recovery, standard.recovery),
    limits: { ...standard.limits, ...limitsFrom(defaults?.limits) },
    model: defaults?.model ?? standard.model,
    permissionMode: defaults?.permission_mode ?? standard.permissionMode,
  };
}
