/** `events`: the audit trail, and what is added to it. */
import type { MuxwardEvent } from '../../core/event.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Routes } from '../../core/protocol.ts';
import { select } from '../../core/selector.ts';
import { toAgent } from '../managed-agent.ts';
import type { Daemon } from './context.ts';

type Request = Routes['GET /api/events']['takes'];

const DEFAULT_LIMIT = 1000;

/** What is stored, oldest first, and with `follow` everything that happens from then on, without a gap. */
export async function* events(daemon: Daemon, request: Request, signal: AbortSignal): AsyncGenerator<MuxwardEvent> {
  const { store, registry, hub } = daemon;
  if (request.agent !== undefined) select(registry.all().map(toAgent), { names: [request.agent] });
  if (request.since !== undefined && Number.isNaN(Date.parse(request.since))) {
    throw new MuxwardError('usage', `since: "${request.since}" is no time`, { hint: 'ISO 8601, for example 2030-01-31T12:00:00Z' });
  }
  registry.flush();
  const queue: MuxwardEvent[] = [];
  let wake: (() => void) | null = null;
  const unsubscribe = hub.subscribe((event) => {
    if (request.agent !== undefined && event.agent !== request.agent) return;
    queue.push(event);
    wake?.();
  });
  try {
    yield* store.events.list({
      limit: request.limit ?? DEFAULT_LIMIT,
      ...(request.agent === undefined ? {} : { agent: request.agent }),
      ...(request.since === undefined ? {} : { since: new Date(request.since).toISOString() }),
    });
    while (request.follow && !signal.aborted) {
      yield* queue.splice(0);
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
        if (queue.length > 0 || signal.aborted) resolve();
      });
    }
  } finally {
    unsubscribe();
  }
}
