/** `events`: the audit trail, and what is added to it. */
import type { MuxwardEvent } from '../../core/event.ts';
import { MuxwardError } from '../../core/errors.ts';
import type { Routes } from '../../core/protocol.ts';
import { noSuchAgent } from '../../core/selector.ts';
import type { Daemon } from './context.ts';

type Request = Routes['GET /api/events']['takes'];

const DEFAULT_LIMIT = 1000;

/** What is stored, oldest first, and with `follow` everything that happens from then on, without a gap. */
export async function* events(daemon: Daemon, request: Request, signal: AbortSignal): AsyncGenerator<MuxwardEvent> {
  const { store, registry, hub } = daemon;
  if (request.since !== undefined && Number.isNaN(Date.parse(request.since))) {
    throw new MuxwardError('usage', `since: "${request.since}" is no time`, { hint: 'ISO 8601, for example 2030-01-31T12:00:00Z' });
  }
  registry.flush();
  const agent = request.agent === undefined ? undefined : nameOf(daemon, request.agent);
  const queue: MuxwardEvent[] = [];
  let wake: (() => void) | null = null;
  const unsubscribe = hub.subscribe((event) => {
    if (agent !== undefined && event.agent !== agent) return;
    queue.push(event);
    wake?.();
  });
  try {
    yield* store.events.list({
      limit: request.limit ?? DEFAULT_LIMIT,
      ...(agent === undefined ? {} : { agent }),
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

/** Of an agent that is listed, or of one that is forgotten and of which something is still known. @throws MuxwardError `not-found` */
function nameOf({ registry, store }: Daemon, agent: string): string {
  const known = registry.all().find(({ spec, record }) => spec.name === agent || record.id === agent);
  if (known !== undefined) return known.spec.name;
  if (store.events.list({ agent, limit: 1 }).length > 0) return agent;
  throw noSuchAgent(agent, registry.all().map(({ spec }) => spec.name));
}
