/** `health NAME --history`: what an agent used over time as charts or lines, and what went wrong meanwhile. */
import type { Context } from '../context.ts';
import type { Agent } from '../../core/agent.ts';
import type { MuxwardEvent } from '../../core/event.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { HISTORY_METRICS, type HistoryMetric, type HistoryReply } from '../../core/history.ts';
import { printable, suggest } from '../../core/names.ts';
import { parseTime } from '../time-option.ts';

const HISTORY_LIMIT = 500;
const SINCE = '1h';

export interface HistoryOptions {
  readonly since?: string;
  readonly metric?: string;
}

export async function showHistory(context: Context, agents: readonly Agent[], { since = SINCE, metric }: HistoryOptions): Promise<number> {
  const metrics = metricsOf(metric);
  const nowMs = Date.now();
  const sinceMs = parseTime(since, '--since', nowMs);
  const history: HistoryReply[] = [];
  for (const { name } of agents) history.push(await context.daemon.call('GET /api/agents/:name/history', { since: new Date(sinceMs).toISOString() }, { path: { name } }));
  const events = await eventsOf(context, agents, sinceMs);
  if (context.json) {
    context.out(`${JSON.stringify({ history, events })}\n`);
    return EXIT.ok;
  }
  const { renderHistory } = await import('../render/history-view.ts');
  const { createLook } = await import('../render/look.ts');
  const look = await createLook(context);
  for (const each of history) context.out(renderHistory(each, { metrics, fromMs: sinceMs, toMs: nowMs }, look));
  if (metric === undefined) context.out(await eventLines(context, events));
  return EXIT.ok;
}

function metricsOf(metric: string | undefined): readonly HistoryMetric[] {
  if (metric === undefined) return HISTORY_METRICS;
  const known = HISTORY_METRICS.find((each) => each === metric);
  if (known !== undefined) return [known];
  const near = suggest(metric, HISTORY_METRICS);
  throw new MuxwardError('usage', `--metric: there is no history of "${printable(metric)}"`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${HISTORY_METRICS.join(', ')}`,
  });
}

async function eventLines(context: Context, events: readonly MuxwardEvent[]): Promise<string> {
  const { eventLine } = await import('../render/event-line.ts');
  const { createPalette } = await import('../render/palette.ts');
  const palette = await createPalette(context.color);
  const lines = events.map((event) => `${eventLine(event, palette, Date.now())}\n`);
  return lines.length === 0 ? 'Nothing went wrong in this time.\n' : lines.join('');
}

async function eventsOf(context: Context, agents: readonly Agent[], sinceMs: number): Promise<MuxwardEvent[]> {
  const names = new Set(agents.map(({ name }) => name));
  const [only] = agents;
  const request = { limit: HISTORY_LIMIT, since: new Date(sinceMs).toISOString(), ...(agents.length === 1 && only ? { agent: only.name } : {}) };
  const events: MuxwardEvent[] = [];
  for await (const event of context.daemon.follow('GET /api/events', request)) {
    if (event.agent !== null && names.has(event.agent) && isAboutHealth(event)) events.push(event);
  }
  return events;
}

function isAboutHealth({ type }: MuxwardEvent): boolean {
  return type === 'agent.ended' || type === 'agent.judged' || type === 'alert.raised' || type === 'agent.adopted';
}
