/** Whether a condition holds of an agent or of the machine now, and how that is said. For how long is rule-watch.ts. Pure. */
import type { Condition, Metric, Operator } from '../../core/alert-condition.ts';
import { isLive } from '../../core/state.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import type { AgentFacts, MachineFacts } from './facts.ts';

/** `unknown`: it cannot be said now, and nothing follows from that. */
export type Holds = 'yes' | 'no' | 'unknown';

/** What held is over only this far on the other side, so that a value at its bound does not alert again and again. */
const RECOVERED_SHARE = 0.95;

/** @param held it held at the last look */
export function holdsOfAgent(condition: Condition, facts: AgentFacts, held: boolean): Holds {
  switch (condition.kind) {
    case 'metric':
      return compare(metricOf(condition, facts), condition.op, condition.value, held);
    case 'restarts':
      return compare(facts.restartsWithin(condition.withinMs), condition.op, condition.value, false);
    case 'silence':
      if (!facts.isRunning) return 'no';
      return facts.silentForMs === null ? 'unknown' : yesNo(facts.silentForMs >= condition.forMs);
    case 'is':
      return holdsWord(condition, facts);
    case 'event':
      return 'unknown';
  }
}

export function holdsOfMachine(condition: Condition, facts: MachineFacts, held: boolean): Holds {
  return condition.kind === 'metric' ? compare(facts.diskUsedPercent, condition.op, condition.value, held) : 'unknown';
}

/** While an agent starts again, its health is not known, and what was said of it stays. */
function holdsWord({ what, not, value }: Extract<Condition, { kind: 'is' }>, { agent, isRunning }: AgentFacts): Holds {
  if (what === 'health' && (agent.health.status === 'unknown' || agent.health.status === 'starting') && value !== agent.health.status) {
    return isLive(agent.state) ? 'unknown' : 'no';
  }
  if (what !== 'state' && !isRunning) return isLive(agent.state) ? 'unknown' : 'no';
  const now = what === 'state' ? agent.state : agent[what].status;
  return yesNo((now === value) !== not);
}

/** Null where it cannot be known; of an agent that does not run everything is over. */
function metricOf({ metric, ofLimit }: Extract<Condition, { kind: 'metric' }>, facts: AgentFacts): number | null | 'over' {
  const { agent, isRunning } = facts;
  if (metric === 'cost') return agent.cost.usd;
  if (!isRunning) return isLive(agent.state) ? null : 'over';
  const value = valueOf(metric, facts);
  if (!ofLimit || value === null) return value;
  const limit = metric === 'cpu' ? (agent.limits.cpu ?? 0) * 100 : (agent.limits.memoryBytes ?? 0);
  return limit === 0 ? 'over' : (value / limit) * 100;
}

function valueOf(metric: Metric, { agent, uptimeMs, growth }: AgentFacts): number | null {
  switch (metric) {
    case 'cpu':
      return agent.resources.cpuPercent;
    case 'memory':
    case 'rss':
      return agent.resources.rssBytes;
    case 'processes':
      return agent.resources.processes;
    case 'growth':
      return growth?.bytesPerHour ?? 0;
    case 'failures':
      return agent.health.failures;
    case 'response':
      return agent.health.responseMs;
    case 'uptime':
      return uptimeMs;
    case 'cost':
      return agent.cost.usd;
    case 'disk':
      return null;
  }
}

function compare(value: number | null | 'over', op: Operator, bound: number, held: boolean): Holds {
  if (value === null) return 'unknown';
  if (value === 'over') return 'no';
  switch (op) {
    case '>':
      return yesNo(held ? value > bound * RECOVERED_SHARE : value > bound);
    case '>=':
      return yesNo(held ? value > bound * RECOVERED_SHARE : value >= bound);
    case '<':
      return yesNo(held ? value < bound / RECOVERED_SHARE : value < bound);
    case '<=':
      return yesNo(held ? value < bound / RECOVERED_SHARE : value <= bound);
  }
}

function yesNo(holds: boolean): Holds {
  return holds ? 'yes' : 'no';
}

/** What an alert says of an agent for which the condition holds: without its name. */
export function sayOfAgent(condition: Condition, facts: AgentFacts): string {
  const { agent } = facts;
  switch (condition.kind) {
    case 'metric':
      return sayMetric(condition, facts);
    case 'restarts':
      return `restarted ${facts.restartsWithin(condition.withinMs)} times in ${formatDuration(condition.withinMs)}`;
    case 'silence':
      return `printed nothing for ${formatDuration(facts.silentForMs ?? condition.forMs)}`;
    case 'is':
      return sayWord(condition, agent);
    case 'event':
      return condition.type;
  }
}

function sayWord({ what, not, value, forMs }: Extract<Condition, { kind: 'is' }>, agent: AgentFacts['agent']): string {
  const since = forMs > 0 ? ` for ${formatDuration(forMs)}` : '';
  if (what === 'state' && value === 'failed' && !not) return / times in /.test(agent.reason) ? `is in a crash loop: ${agent.reason}` : `failed: ${agent.reason}`;
  if (what === 'health') return `is ${agent.health.status}${since}${whyOfHealth(agent.health)}`;
  if (what === 'activity') {
    const detail = agent.activity.detail ?? '';
    const said = detail === '' ? '' : `: ${detail}`;
    return value === 'waiting' && !not ? `waits for you${since}${said}` : `is ${agent.activity.status}${since}${said}`;
  }
  return `is ${agent.state}${since}${agent.reason === '' ? '' : `: ${agent.reason}`}`;
}

const PLURAL: ReadonlySet<Metric> = new Set<Metric>(['processes', 'failures']);

function whyOfHealth({ failures, reason }: AgentFacts['agent']['health']): string {
  if (failures === 0) return '';
  const often = failures === 1 ? [] : [`${failures} probes in a row failed`];
  return `: ${[...often, reason ?? 'a probe failed'].join(', ')}`;
}

function sayMetric(condition: Extract<Condition, { kind: 'metric' }>, facts: AgentFacts): string {
  const { metric, op, value, ofLimit, forMs } = condition;
  if (metric === 'growth' && facts.growth !== null) {
    return `memory grows by ${formatSize(facts.growth.bytesPerHour)}B/h since ${formatDuration(facts.growth.sinceMs)}`;
  }
  const now = metricOf(condition, facts);
  const side = { '>': 'above', '>=': 'at least', '<': 'below', '<=': 'at most' }[op];
  const bound = ofLimit ? `${value} % of its limit` : inUnit(metric, value);
  const said = ofLimit ? `${Math.round(Number(now))} %` : inUnit(metric, Number(now));
  return `${metric} ${PLURAL.has(metric) ? 'are' : 'is'} ${said}, ${side} ${bound}${forMs > 0 ? ` for ${formatDuration(forMs)}` : ''}`;
}

export function sayOfMachine(facts: MachineFacts): string {
  const free = facts.diskFreeBytes === null ? '' : `, ${formatSize(facts.diskFreeBytes)} are free`;
  return `the disk of the home is ${Math.floor(facts.diskUsedPercent ?? 0)} % full${free}`;
}

function inUnit(metric: Metric, value: number): string {
  switch (metric) {
    case 'cpu':
    case 'disk':
      return `${Math.round(value)} %`;
    case 'memory':
    case 'rss':
    case 'growth':
      return formatSize(value);
    case 'response':
      return `${Math.round(value)} ms`;
    case 'uptime':
      return formatDuration(value);
    case 'cost':
      return `$${value.toFixed(2)}`;
    case 'processes':
    case 'failures':
      return String(value);
  }
}

/** What a recovery says, without the agent's name; null where nothing is well again, and only the agent runs no more. */
export function sayRecovered(condition: Condition, { agent: { state } }: AgentFacts): string | null {
  if (!isLive(state) && endsWithAgent(condition)) return null;
  switch (condition.kind) {
    case 'metric':
      return condition.metric === 'growth' ? 'memory grows no more' : `${condition.metric} is back to normal`;
    case 'restarts':
      return 'is stable again';
    case 'silence':
      return 'prints again';
    case 'is':
      if (condition.what === 'health') return condition.value === 'unhealthy' ? 'is healthy again' : `is ${condition.value} no more`;
      if (condition.what === 'activity') return condition.value === 'waiting' ? 'waits no more' : `is ${condition.value} no more`;
      return condition.value === 'failed' ? 'runs again' : `is ${condition.value} no more`;
    case 'event':
      return 'is over';
  }
}

/** It cannot be so of an agent that does not run: that it is so no more says nothing. */
function endsWithAgent(condition: Condition): boolean {
  if (condition.kind === 'is' && condition.what === 'state') return condition.value === 'failed' && !condition.not;
  return condition.kind !== 'metric' || condition.metric !== 'cost';
}
