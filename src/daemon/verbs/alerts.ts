/** `alerts`: what somebody should look at, until somebody says that they did. */
import type { Alert } from '../../core/alert.ts';
import type { Routes } from '../../core/protocol.ts';
import type { Daemon } from './context.ts';

export function listAlerts({ alerts }: Daemon, all: boolean): Routes['GET /api/alerts']['gives'] {
  return { alerts: alerts.list(all) };
}

/** What is open, then every alert that is raised or changes, for as long as the client listens. */
export async function* watchAlerts({ alerts }: Daemon, signal: AbortSignal): AsyncGenerator<Alert> {
  const queue: Alert[] = alerts.list(false);
  let wake: (() => void) | null = null;
  const unsubscribe = alerts.subscribe((alert) => {
    queue.push(alert);
    wake?.();
  });
  try {
    while (!signal.aborted) {
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
