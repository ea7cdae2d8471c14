/** Rules in force, channels and silences. Pure. */
import type { AlertRuleInfo, ChannelInfo, Silence } from '../../core/alert.ts';
import type { AlertRulesReply } from '../../core/protocol.ts';
import { formatDuration } from '../../core/units.ts';
import { paintSeverity } from './alert-table.ts';
import type { Look } from './look.ts';
import { safeLine } from './safe-text.ts';
import { renderTable } from './table.ts';

const RULES = [{ header: 'RULE' }, { header: 'WHEN', shrinksTo: 16 }, { header: 'SEVERITY' }, { header: 'AGENTS', goes: 2 }, { header: 'GOES TO', goes: 1, shrinksTo: 8 }, { header: 'FROM', goes: 3, shrinksTo: 10 }];
const CHANNELS = [{ header: 'CHANNEL' }, { header: 'KIND' }, { header: 'LEADS TO', shrinksTo: 12 }, { header: 'FROM', goes: 1, shrinksTo: 10 }, { header: 'PROBLEM', shrinksTo: 20 }];

export function renderRules({ rules, channels, silences }: AlertRulesReply, look: Look, nowMs: number): string {
  const { palette, width } = look;
  const [head = '', ...body] = renderTable(RULES, rules.map((rule) => ruleRow(rule, look)), width);
  const quiet = silences.map((each) => silenceLine(each, nowMs));
  return `${[palette.faint(head), ...body, '', ...channelLines(channels, look), ...(quiet.length === 0 ? [] : ['', ...quiet])].join('\n')}\n`;
}

function ruleRow({ name, when, severity, agents, enabled, channels, escalate, origin }: AlertRuleInfo, { palette, none }: Look): string[] {
  const further = escalate === null ? '' : `, after ${formatDuration(escalate.afterMs)} ${escalate.to.join(', ')}`;
  const goesTo = `${channels.join(', ')}${further}`;
  const said = safeLine(name);
  return [
    enabled ? said : palette.faint(said),
    said === safeLine(when) ? none : safeLine(when),
    enabled ? paintSeverity(severity, palette) : palette.faint('off'),
    agents ?? 'all',
    goesTo === '' ? none : goesTo,
    origin,
  ];
}

function channelLines(channels: readonly ChannelInfo[], { palette, width, none }: Look): string[] {
  if (channels.length === 0) return ['No channels are configured; alerts are listed, hooks run: docs/alerts.md'];
  const rows = channels.map(({ name, kind, target, origin, problem }) => [name, kind, safeLine(target), origin, problem === null ? none : palette.bad(safeLine(problem))]);
  const [head = '', ...body] = renderTable(CHANNELS, rows, width);
  return [palette.faint(head), ...body];
}

/** `si_…: rule unhealthy of api-*, for another 2h`. */
export function silenceLine({ id, rule, agent, until }: Silence, nowMs: number): string {
  const what = `${rule === null ? 'every rule' : `rule ${safeLine(rule)}`} of ${agent === null ? 'every agent' : safeLine(agent)}`;
  return `${id}: ${what} is silent for another ${formatDuration(Date.parse(until) - nowMs)}`;
}
