/** `health --history`: what an agent used over time. */
import { MuxwardError } from '../../core/errors.ts';
import type { HistoryReply } from '../../core/history.ts';
import type { Routes } from '../../core/protocol.ts';
import type { Daemon } from './context.ts';

/** @throws MuxwardError `not-found`, or `usage` for a time that is none. */
export function history({ registry, history: kept }: Daemon, name: string, { since }: Routes['GET /api/agents/:name/history']['takes']): HistoryReply {
  const sinceMs = since === undefined ? 0 : Date.parse(since);
  if (Number.isNaN(sinceMs)) throw new MuxwardError('usage', `since: "${since}" is no time`, { hint: 'ISO 8601, for example 2030-01-31T12:00:00Z' });
  return kept.read(registry.get(name), sinceMs);
}
