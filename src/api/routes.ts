/** Finds the route of a request; the routes themselves are core/protocol.ts. */
import type { Route, Routes } from '../core/protocol.ts';

interface Call {
  /** Values of `:name` and `:id` in the path. */
  readonly params: Readonly<Record<string, string>>;
  /** Fires when the client is gone. */
  readonly signal: AbortSignal;
}

type Handler<R extends Route> = (
  takes: Routes[R]['takes'],
  call: Call,
) => Routes[R]['gives'] | Promise<Routes[R]['gives']> | AsyncIterable<Routes[R]['gives']>;

export type Handlers = { readonly [R in Route]: Handler<R> };

const ROUTES = [
  'GET /healthz',
  'GET /api/agents',
  'GET /api/agents/watch',
  'GET /api/agents/:name/history',
  'GET /api/agents/:name',
  'POST /api/agents',
  'POST /api/actions',
  'POST /api/wait',
  'GET /api/agents/:name/transcript',
  'GET /api/agents/:name/budget',
  'POST /api/agents/:name/budget',
  'POST /api/agents/:name/claims',
  'GET /api/agents/:name/result',
  'POST /api/agents/:name/input',
  'POST /api/agents/:name/keys',
  'GET /api/agents/:name/question',
  'POST /api/agents/:name/answer',
  'GET /api/agents/:name/screen',
  'POST /api/agents/:name/attach',
  'GET /api/events',
  'GET /api/cost',
  'GET /api/resources',
  'POST /api/cleanup',
  'GET /api/alerts',
  'GET /api/alerts/watch',
  'GET /api/alerts/rules',
  'GET /api/alerts/:id',
  'POST /api/alerts',
  'POST /api/alerts/test',
  'POST /api/alerts/silences',
  'POST /api/alerts/silences/:id/end',
  'POST /api/alerts/:id/ack',
  'GET /api/worktrees',
  'GET /api/worktrees/:name/diff',
  'POST /api/worktrees/:name/merge',
  'POST /api/worktrees/:name/remove',
  'GET /api/checkpoints',
  'POST /api/checkpoints',
  'POST /api/checkpoints/verify',
  'POST /api/checkpoints/prune',
  'POST /api/checkpoints/export',
  'POST /api/checkpoints/import',
  'GET /api/checkpoints/:id',
  'GET /api/checkpoints/:id/diff',
  'POST /api/agents/:name/rollback',
  'GET /api/tasks',
  'POST /api/tasks',
  'POST /api/tasks/pause',
  'POST /api/tasks/resume',
  'GET /api/tasks/:id',
  'GET /api/tasks/:id/watch',
  'GET /api/runs/:id/watch',
  'POST /api/tasks/:id/cancel',
  'POST /api/tasks/:id/retry',
  'POST /api/tasks/:id/progress',
  'GET /api/claims',
  'GET /api/conflicts',
  'GET /api/conflicts/:id',
  'POST /api/conflicts/:id/resolve',
  'POST /api/messages',
  'POST /api/messages/broadcast',
  'POST /api/messages/publish',
  'GET /api/messages',
  'GET /api/messages/stats',
  'POST /api/messages/ack',
  'POST /api/messages/dead',
  'GET /api/messages/:id',
  'GET /api/messages/:id/answer',
  'POST /api/agents/:name/inbox',
  'GET /api/agents/:name/inbox/wait',
  'GET /api/subscriptions',
  'POST /api/agents/:name/subscribe',
  'POST /api/agents/:name/unsubscribe',
  'POST /api/daemon/stop',
] as const satisfies readonly Route[];

const PATTERNS = ROUTES.map((route) => {
  const [method = '', template = ''] = route.split(' ');
  return { route, method, pattern: new RegExp(`^${template.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`) };
});

/** Fixed paths stand before those with parameters, so the first match is the right one. */
export function findRoute(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const candidate of PATTERNS) {
    const match = candidate.method === method ? candidate.pattern.exec(path) : null;
    if (!match) continue;
    const params = Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]);
    return { route: candidate.route, params: Object.fromEntries(params) as Record<string, string> };
  }
  return undefined;
}
