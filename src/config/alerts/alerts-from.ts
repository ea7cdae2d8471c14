/** `alerts:` of config.yaml, once its shape is right: channels and rules are looked at together, and become AlertSettings. */
import type { AgentAlertRule, Escalation, RuleSeverity } from '../../core/alert.ts';
import type { ChannelSpec } from '../../core/alert-channel.ts';
import { parseCondition } from '../../core/alert-condition.ts';
import { RESERVED_RULE_NAMES, type AlertRule } from '../../core/alert-rules.ts';
import { suggest } from '../../core/names.ts';
import { minuteOfDay, type QuietHours, type Weekday } from '../../core/quiet-hours.ts';
import type { Fault } from '../faults.ts';
import type { Path, PositionedYaml } from '../yaml/positioned-yaml.ts';
import { ms } from '../yaml/written-values.ts';
import { DEFAULT_ALERTS, type AlertSettings } from './alert-settings.ts';
import type { AgentRulesFile, AlertsFile } from './alerts-schema.ts';
import { channelFrom } from './channel-from.ts';

interface Reading {
  readonly document: PositionedYaml;
  readonly faults: Fault[];
  /** Names of all channels, also of those with a fault. */
  readonly names: readonly string[];
}

/** Faults are added to `faults`; then what is returned is not meant for use. */
export function alertsFrom(file: AlertsFile | undefined, document: PositionedYaml, faults: Fault[]): AlertSettings {
  if (file === undefined) return DEFAULT_ALERTS;
  const reading = { document, faults, names: Object.keys(file.channels ?? {}) };
  return {
    channels: channelsFrom(file, reading),
    rules: rulesFrom(file, reading),
    off: [file.off ?? []].flat(),
    to: file.to === undefined ? null : known(file.to, ['alerts', 'to'], reading),
    escalate: escalationFrom(file.escalate, ['alerts', 'escalate'], reading),
    quiet: quietFrom(file.quiet),
  };
}

function channelsFrom({ channels = {} }: AlertsFile, { document, faults }: Reading): ChannelSpec[] {
  return Object.entries(channels).flatMap(([name, entry]) => {
    const path = ['alerts', 'channels', name];
    const { file, line, column } = document.faultAt(path, '', null, 'key');
    const channel = channelFrom(name, entry, { file, line, column }, (key, { is, hint }) => {
      const place = key === null ? path : [...path, key];
      faults.push(document.faultAt(place, `${place.join('.')}: ${is}`, hint, 'key'));
    });
    return channel === undefined ? [] : [channel];
  });
}

function rulesFrom({ rules = [] }: AlertsFile, reading: Reading): AlertRule[] {
  const taken = new Set(RESERVED_RULE_NAMES);
  return rules.map((entry, i) => {
    const path = ['alerts', 'rules', i];
    const { file, line } = reading.document.faultAt(path, '', null);
    const rule = typeof entry === 'string' ? { when: entry } : entry;
    const name = nameOf(rule);
    if (taken.has(name)) {
      const hint = RESERVED_RULE_NAMES.includes(name) ? 'muxward brings a rule of that name: choose another, and turn that one off with off:' : 'give one of them another name:';
      reading.faults.push(reading.document.faultAt(path, `alerts.rules[${i}]: there is a rule called "${name}" already`, hint));
    }
    taken.add(name);
    return {
      ...agentRule(rule),
      condition: parseCondition(rule.when),
      agents: 'agents' in rule ? (rule.agents ?? null) : null,
      channels: 'channels' in rule && rule.channels !== undefined ? known(rule.channels, [...path, 'channels'], reading) : null,
      escalate: 'escalate' in rule ? escalationFrom(rule.escalate, [...path, 'escalate'], reading) : null,
      origin: `${file}:${line}`,
    };
  });
}

type OwnRule = Exclude<AgentRulesFile[number], string>;

const nameOf = ({ name, when }: OwnRule): string => name ?? when.trim().replaceAll(/\s+/g, ' ');

function agentRule(rule: OwnRule): AgentAlertRule {
  return { name: nameOf(rule), when: rule.when, severity: (rule.severity ?? 'warning') as RuleSeverity };
}

/** The rules of one agent in muxward.yaml. */
export function agentRulesFrom(rules: AgentRulesFile): AgentAlertRule[] {
  return rules.map((rule) => agentRule(typeof rule === 'string' ? { when: rule } : rule));
}

function escalationFrom(entry: AlertsFile['escalate'], path: Path, reading: Reading): Escalation | null {
  if (entry === undefined) return null;
  return { afterMs: ms(entry.after) ?? 0, to: known(entry.to, [...path, 'to'], reading) };
}

/** Channels by name; those that there are not are faults. */
function known(names: string | readonly string[], path: Path, { document, faults, names: all }: Reading): string[] {
  const list = [names].flat();
  for (const [i, name] of list.entries()) {
    if (all.includes(name)) continue;
    const near = suggest(name, all);
    const choices = all.length === 0 ? 'there are none: add it under alerts.channels' : `${near === undefined ? '' : `did you mean ${near}? `}There are: ${all.join(', ')}`;
    faults.push(document.faultAt(typeof names === 'string' ? path : [...path, i], `there is no channel called "${name}"`, choices));
  }
  return list;
}

function quietFrom(quiet: AlertsFile['quiet']): QuietHours | null {
  if (quiet === undefined) return null;
  return {
    fromMinute: minuteOfDay(quiet.from) ?? 0,
    toMinute: minuteOfDay(quiet.to) ?? 0,
    zone: quiet.zone ?? null,
    days: quiet.days === undefined ? null : ([quiet.days].flat() as Weekday[]),
    criticalPasses: quiet.critical !== 'hold',
  };
}
