/** Every route and the verb that serves it. */
import type { Handlers } from '../../api/routes.ts';
import { act } from './act.ts';
import { listAlerts, watchAlerts } from './alerts.ts';
import {
  createCheckpoint,
  diffCheckpoint,
  exportCheckpoint,
  importCheckpoint,
  listCheckpoints,
  pruneCheckpoints,
  showCheckpoint,
  verifyCheckpoints,
} from './checkpoints.ts';
import { budget, setBudget } from './budget.ts';
import { answer, question } from './answer.ts';
import { cleanup } from './cleanup.ts';
import { listConflicts, resolveConflict, showConflict } from './conflicts.ts';
import { cost } from './cost.ts';
import type { Daemon } from './context.ts';
import { events } from './events.ts';
import { history } from './history.ts';
import { inspect, status, wait, watchStatus } from './look.ts';
import { resources } from './resources.ts';
import { rollback } from './rollback.ts';
import { result } from './result.ts';
import { spawn } from './spawn.ts';
import { attach, input, keys, screen } from './terminal.ts';
import { transcript } from './transcript.ts';
import { diffWorktree, listWorktrees, mergeAgentsWorktree, removeAgentsWorktree } from './worktrees.ts';

/** Without agents the tmux server holds only last screens: it goes too, unless a user works in a pane of their own there. */
async function endAgents(daemon: Daemon): Promise<void> {
  await act(daemon, { action: 'stop', selector: { all: true } });
  for (const { draining } of daemon.registry.all()) await draining;
  const wrappers = new Set(daemon.registry.all().map(({ record }) => record.pane));
  const inUse = (await daemon.tmux.panes()).some(({ id, dead, isSide }) => !dead && !isSide && !wrappers.has(id));
  if (!inUse) await daemon.tmux.kill();
}

export function handlersOf(daemon: Daemon): Handlers {
  const name = ({ params }: { params: Readonly<Record<string, string>> }): string => params['name'] ?? '';
  return {
    'GET /healthz': () => daemon.info(),
    'GET /api/agents': (selector) => status(daemon, selector),
    'GET /api/agents/watch': (selector, { signal }) => watchStatus(daemon, selector, signal),
    'GET /api/agents/:name/history': (request, call) => history(daemon, name(call), request),
    'GET /api/agents/:name': (_, call) => inspect(daemon, name(call)),
    'POST /api/agents': (request) => spawn(daemon, request),
    'POST /api/actions': (request) => act(daemon, request),
    'POST /api/wait': (request, { signal }) => wait(daemon, request, signal),
    'GET /api/agents/:name/transcript': (request, call) => transcript(daemon, name(call), request, call.signal),
    'GET /api/agents/:name/budget': (_, call) => budget(daemon, name(call)),
    'POST /api/agents/:name/budget': ({ usd }, call) => setBudget(daemon, name(call), usd),
    'POST /api/agents/:name/claims': (request, call) => daemon.claims.change(name(call), request),
    'GET /api/agents/:name/result': (_, call) => result(daemon, name(call)),
    'POST /api/agents/:name/input': (request, call) => input(daemon, name(call), request),
    'POST /api/agents/:name/keys': (request, call) => keys(daemon, name(call), request),
    'GET /api/agents/:name/question': (_, call) => question(daemon, name(call)),
    'POST /api/agents/:name/answer': ({ words }, call) => answer(daemon, name(call), words),
    'GET /api/agents/:name/screen': (_, call) => screen(daemon, name(call)),
    'POST /api/agents/:name/attach': ({ window }, call) => attach(daemon, name(call), window),
    'GET /api/events': (request, { signal }) => events(daemon, request, signal),
    'GET /api/cost': (request) => cost(daemon, request),
    'GET /api/resources': () => resources(daemon),
    'POST /api/cleanup': (request) => cleanup(daemon, request),
    'GET /api/alerts': ({ all }) => listAlerts(daemon, all ?? false),
    'GET /api/alerts/watch': (_, { signal }) => watchAlerts(daemon, signal),
    'GET /api/alerts/rules': () => daemon.alerts.describe(),
    'GET /api/alerts/:id': (_, { params }) => daemon.alerts.show(params['id'] ?? ''),
    'POST /api/alerts': (request) => daemon.alerts.raise(request),
    'POST /api/alerts/test': ({ channel, message }) => daemon.alerts.test(channel, message),
    'POST /api/alerts/silences': ({ forMs, ...what }) => daemon.alerts.silence(what, forMs),
    'POST /api/alerts/silences/:id/end': (_, { params }) => daemon.alerts.endSilence(params['id'] ?? ''),
    'POST /api/alerts/:id/ack': (_, { params }) => daemon.alerts.acknowledge(params['id'] ?? ''),
    'GET /api/worktrees': (selector) => listWorktrees(daemon, selector),
    'GET /api/worktrees/:name/diff': (_, call) => diffWorktree(daemon, name(call)),
    'POST /api/worktrees/:name/merge': (request, call) => mergeAgentsWorktree(daemon, name(call), request),
    'POST /api/worktrees/:name/remove': (request, call) => removeAgentsWorktree(daemon, name(call), request),
    'GET /api/checkpoints': (request) => listCheckpoints(daemon, request),
    'POST /api/checkpoints': (request) => createCheckpoint(daemon, request),
    'POST /api/checkpoints/verify': (request) => verifyCheckpoints(daemon, request),
    'POST /api/checkpoints/prune': (request) => pruneCheckpoints(daemon, request),
    'POST /api/checkpoints/export': (request) => exportCheckpoint(daemon, request),
    'POST /api/checkpoints/import': (request) => importCheckpoint(daemon, request),
    'GET /api/checkpoints/:id': (_, { params }) => showCheckpoint(daemon, params['id'] ?? ''),
    'GET /api/checkpoints/:id/diff': (_, { params }) => diffCheckpoint(daemon, params['id'] ?? ''),
    'POST /api/agents/:name/rollback': (request, call) => rollback(daemon, name(call), request),
    'GET /api/claims': () => ({ claims: daemon.claims.all() }),
    'GET /api/conflicts': () => listConflicts(daemon),
    'GET /api/conflicts/:id': (_, { params }) => showConflict(daemon, params['id'] ?? ''),
    'POST /api/conflicts/:id/resolve': (request, { params }) => resolveConflict(daemon, params['id'] ?? '', request),
    'POST /api/daemon/stop': async ({ agents }) => {
      if (agents) await endAgents(daemon);
      daemon.end(agents ? 'asked to, with all agents' : 'asked to');
      return {};
    },
  };
}
