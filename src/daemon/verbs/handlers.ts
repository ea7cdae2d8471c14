/** Every route and the verb that serves it. */
import type { Handlers } from '../../api/routes.ts';
import { act } from './act.ts';
import { listAlerts, watchAlerts } from './alerts.ts';
import type { Daemon } from './context.ts';
import { events } from './events.ts';
import { inspect, status, wait, watchStatus } from './look.ts';
import { spawn } from './spawn.ts';
import { attach, input, keys, screen } from './terminal.ts';

/** Verbs that many daemons are never asked for: read when they are. */
const later = {
  answer: () => import('./answer.ts'),
  budget: () => import('./budget.ts'),
  checkpoints: () => import('./checkpoints.ts'),
  cleanup: () => import('./cleanup.ts'),
  conflicts: () => import('./conflicts.ts'),
  cost: () => import('./cost.ts'),
  history: () => import('./history.ts'),
  messages: () => import('./messages.ts'),
  resources: () => import('./resources.ts'),
  result: () => import('./result.ts'),
  rollback: () => import('./rollback.ts'),
  tasks: () => import('./tasks.ts'),
  transcript: () => import('./transcript.ts'),
  worktrees: () => import('./worktrees.ts'),
};

/** Without agents the tmux server holds only last screens: it goes too, unless a user works in a pane of their own there. */
async function endAgents(daemon: Daemon): Promise<void> {
  // Those of tasks are among them: no other task takes their turn.
  daemon.tasks.stop();
  await act(daemon, { action: 'stop', selector: { all: true } });
  for (const { draining } of daemon.registry.all()) await draining;
  const wrappers = new Set(daemon.registry.all().map(({ record }) => record.pane));
  const inUse = (await daemon.tmux.panes()).some(({ id, dead, isSide }) => !dead && !isSide && !wrappers.has(id));
  if (!inUse) await daemon.tmux.kill();
}

export function handlersOf(daemon: Daemon): Handlers {
  const name = ({ params }: { params: Readonly<Record<string, string>> }): string => params['name'] ?? '';
  const { mailbox, deadLetters } = daemon.messages;
  return {
    'GET /healthz': () => ({ ...daemon.info(), timers: process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length }),
    'GET /api/agents': (selector) => status(daemon, selector),
    'GET /api/agents/watch': (selector, { signal }) => watchStatus(daemon, selector, signal),
    'GET /api/agents/:name/history': async (request, call) => (await later.history()).history(daemon, name(call), request),
    'GET /api/agents/:name': (_, call) => inspect(daemon, name(call)),
    'POST /api/agents': (request) => spawn(daemon, request),
    'POST /api/actions': (request) => act(daemon, request),
    'POST /api/wait': (request, { signal }) => wait(daemon, request, signal),
    'GET /api/agents/:name/transcript': async function* (request, call) {
      yield* (await later.transcript()).transcript(daemon, name(call), request, call.signal);
    },
    'GET /api/agents/:name/budget': async (_, call) => (await later.budget()).budget(daemon, name(call)),
    'POST /api/agents/:name/budget': async ({ usd }, call) => (await later.budget()).setBudget(daemon, name(call), usd),
    'POST /api/agents/:name/claims': (request, call) => daemon.claims.change(name(call), request),
    'GET /api/agents/:name/result': async (_, call) => (await later.result()).result(daemon, name(call)),
    'POST /api/agents/:name/input': (request, call) => input(daemon, name(call), request),
    'POST /api/agents/:name/keys': (request, call) => keys(daemon, name(call), request),
    'GET /api/agents/:name/question': async (_, call) => (await later.answer()).question(daemon, name(call)),
    'POST /api/agents/:name/answer': async ({ words }, call) => (await later.answer()).answer(daemon, name(call), words),
    'GET /api/agents/:name/screen': (_, call) => screen(daemon, name(call)),
    'POST /api/agents/:name/attach': ({ window }, call) => attach(daemon, name(call), window),
    'GET /api/events': (request, { signal }) => events(daemon, request, signal),
    'GET /api/cost': async (request) => (await later.cost()).cost(daemon, request),
    'GET /api/resources': async () => (await later.resources()).resources(daemon),
    'POST /api/cleanup': async (request) => (await later.cleanup()).cleanup(daemon, request),
    'GET /api/alerts': ({ all }) => listAlerts(daemon, all ?? false),
    'GET /api/alerts/watch': (_, { signal }) => watchAlerts(daemon, signal),
    'GET /api/alerts/rules': () => daemon.alerts.describe(),
    'GET /api/alerts/:id': (_, { params }) => daemon.alerts.show(params['id'] ?? ''),
    'POST /api/alerts': (request) => daemon.alerts.raise(request),
    'POST /api/alerts/test': ({ channel, message }) => daemon.alerts.test(channel, message),
    'POST /api/alerts/silences': ({ forMs, ...what }) => daemon.alerts.silence(what, forMs),
    'POST /api/alerts/silences/:id/end': (_, { params }) => daemon.alerts.endSilence(params['id'] ?? ''),
    'POST /api/alerts/:id/ack': (_, { params }) => daemon.alerts.acknowledge(params['id'] ?? ''),
    'GET /api/worktrees': async (selector) => (await later.worktrees()).listWorktrees(daemon, selector),
    'GET /api/worktrees/:name/diff': async (_, call) => (await later.worktrees()).diffWorktree(daemon, name(call)),
    'POST /api/worktrees/:name/merge': async (request, call) => (await later.worktrees()).mergeAgentsWorktree(daemon, name(call), request),
    'POST /api/worktrees/:name/remove': async (request, call) => (await later.worktrees()).removeAgentsWorktree(daemon, name(call), request),
    'GET /api/checkpoints': async (request) => (await later.checkpoints()).listCheckpoints(daemon, request),
    'POST /api/checkpoints': async (request) => (await later.checkpoints()).createCheckpoint(daemon, request),
    'POST /api/checkpoints/verify': async (request) => (await later.checkpoints()).verifyCheckpoints(daemon, request),
    'POST /api/checkpoints/prune': async (request) => (await later.checkpoints()).pruneCheckpoints(daemon, request),
    'POST /api/checkpoints/export': async (request) => (await later.checkpoints()).exportCheckpoint(daemon, request),
    'POST /api/checkpoints/import': async (request) => (await later.checkpoints()).importCheckpoint(daemon, request),
    'GET /api/checkpoints/:id': async (_, { params }) => (await later.checkpoints()).showCheckpoint(daemon, params['id'] ?? ''),
    'GET /api/checkpoints/:id/diff': async (_, { params }) => (await later.checkpoints()).diffCheckpoint(daemon, params['id'] ?? ''),
    'POST /api/agents/:name/rollback': async (request, call) => (await later.rollback()).rollback(daemon, name(call), request),
    'GET /api/tasks': async (request) => (await later.tasks()).listTasks(daemon, request),
    'POST /api/tasks': async (request) => (await later.tasks()).submitTasks(daemon, request),
    'POST /api/tasks/pause': async () => (await later.tasks()).pauseTasks(daemon),
    'POST /api/tasks/resume': async (request) => (await later.tasks()).resumeTasks(daemon, request),
    'GET /api/tasks/:id': async (_, { params }) => (await later.tasks()).showTask(daemon, params['id'] ?? ''),
    'GET /api/tasks/:id/watch': async function* (_, { params, signal }) {
      yield* (await later.tasks()).watchTask(daemon, params['id'] ?? '', signal);
    },
    'GET /api/runs/:id/watch': async function* (_, { params, signal }) {
      yield* (await later.tasks()).watchRun(daemon, params['id'] ?? '', signal);
    },
    'POST /api/tasks/:id/cancel': async (_, { params }) => (await later.tasks()).cancelTasks(daemon, params['id'] ?? ''),
    'POST /api/tasks/:id/retry': async (_, { params }) => (await later.tasks()).retryTask(daemon, params['id'] ?? ''),
    'POST /api/tasks/:id/progress': async (request, { params }) => (await later.tasks()).noteProgress(daemon, params['id'] ?? '', request),
    'GET /api/claims': () => ({ claims: daemon.claims.all() }),
    'GET /api/conflicts': async () => (await later.conflicts()).listConflicts(daemon),
    'GET /api/conflicts/:id': async (_, { params }) => (await later.conflicts()).showConflict(daemon, params['id'] ?? ''),
    'POST /api/conflicts/:id/resolve': async (request, { params }) => (await later.conflicts()).resolveConflict(daemon, params['id'] ?? '', request),
    'POST /api/messages': (request) => mailbox.send(request),
    'POST /api/messages/broadcast': ({ selector, ...content }) => mailbox.broadcast(content, selector),
    'POST /api/messages/publish': (request) => mailbox.publish(request, request.topic),
    'GET /api/messages': async function* (request) {
      yield* (await later.messages()).listMessages(daemon, request);
    },
    'GET /api/messages/stats': async () => (await later.messages()).messageStats(daemon),
    'POST /api/messages/ack': ({ ids }) => ({ messages: mailbox.acknowledge(ids) }),
    'POST /api/messages/dead': (request) => ({ dryRun: request.dryRun, messages: deadLetters.decide(request) }),
    'GET /api/messages/:id': (_, { params }) => mailbox.show(params['id'] ?? ''),
    'GET /api/messages/:id/answer': async ({ timeoutMs }, { params, signal }) => (await later.messages()).awaitAnswer(daemon, params['id'] ?? '', timeoutMs, signal),
    'POST /api/agents/:name/inbox': (request, call) => mailbox.inbox(name(call), request),
    'GET /api/agents/:name/inbox/wait': async ({ timeoutMs }, call) => ({ arrived: await mailbox.arrived(name(call), timeoutMs, call.signal) }),
    'GET /api/subscriptions': () => ({ subscriptions: mailbox.subscriptions() }),
    'POST /api/agents/:name/subscribe': ({ pattern }, call) => mailbox.subscribe(name(call), pattern),
    'POST /api/agents/:name/unsubscribe': ({ pattern }, call) => ({ subscriptions: mailbox.unsubscribe(name(call), pattern) }),
    'POST /api/daemon/stop': async ({ agents }) => {
      if (agents) await endAgents(daemon);
      daemon.end(agents ? 'asked to, with all agents' : 'asked to');
      return {};
    },
  };
}
