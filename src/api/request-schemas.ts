/** What each route accepts. A request that does not fit is refused with the place and what is valid there. */
import * as z from 'zod/mini';
import { SEVERITIES } from '../core/alert.ts';
import { COST_GROUPS } from '../core/cost-report.ts';
import { STATES } from '../core/state.ts';
import { ROLLBACK_PARTS } from '../core/checkpoint.ts';
import { MuxwardError } from '../core/errors.ts';
import { END_KINDS } from '../core/end.ts';
import { END_ACTIONS } from '../core/recovery.ts';
import { LIMIT_ACTIONS, LIMIT_NAMES } from '../core/limits.ts';
import { UNHEALTHY_ACTIONS } from '../core/health.ts';
import { NAME_PATTERN } from '../core/names.ts';
import { MESSAGE_STATES, PRIORITIES } from '../core/message.ts';
import { ACTIONS, WAIT_FOR, type Route } from '../core/protocol.ts';
import { RESTART_POLICIES } from '../core/restart-policy.ts';
import { TASK_STATES } from '../core/task.ts';

const text = z.string();
const count = z.number().check(z.nonnegative());
const nullable = <T extends z.ZodMiniType>(type: T): z.ZodMiniNullable<T> => z.nullable(type);
const words = z.array(text);
const map = z.record(text, text);

const selector = z.strictObject({
  names: z.optional(words),
  project: z.optional(text),
  labels: z.optional(map),
  type: z.optional(text),
  state: z.optional(z.enum(STATES)),
  all: z.optional(z.boolean()),
});

const probes = [
  z.strictObject({
    kind: z.literal('http'),
    url: text,
    socket: z.optional(text),
    status: z.optional(z.array(z.strictObject({ from: count, to: count }))),
    body: z.optional(text),
  }),
  z.strictObject({ kind: z.literal('tcp'), host: text, port: z.int().check(z.minimum(1), z.maximum(65535)) }),
  z.strictObject({ kind: z.literal('command'), command: text }),
  z.strictObject({ kind: z.literal('heartbeat'), everyMs: count }),
  z.strictObject({ kind: z.literal('output'), silentMs: count }),
] as const;

/** A shorter interval would keep the daemon busy with one agent. */
const interval = z.number().check(z.minimum(100));
const threshold = z.int().check(z.minimum(1));

const check = z.strictObject({
  probe: z.discriminatedUnion('kind', probes),
  intervalMs: interval,
  timeoutMs: interval,
  initialDelayMs: count,
  failureThreshold: threshold,
  successThreshold: threshold,
});

const health = z.strictObject({
  probe: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('none') }), ...probes]),
  intervalMs: interval,
  timeoutMs: z.optional(interval),
  retries: z.optional(threshold),
  startPeriodMs: z.optional(count),
  onUnhealthy: z.optional(z.enum(UNHEALTHY_ACTIONS)),
  checks: z.optional(z.strictObject({ startup: z.optional(check), readiness: z.optional(check), liveness: z.optional(check) })),
});

const limits = z.strictObject({
  memoryBytes: nullable(count),
  cpu: nullable(count),
  timeoutMs: nullable(count),
  processes: z.optional(nullable(count)),
  outputBytes: z.optional(nullable(count)),
  actions: z.optional(z.partialRecord(z.enum(LIMIT_NAMES), z.enum(LIMIT_ACTIONS))),
});

const recovery = z.strictObject({
  on: z.partialRecord(z.enum(END_KINDS), z.enum(END_ACTIONS)),
  rollBackAfter: nullable(count),
  failover: nullable(z.strictObject({ type: z.optional(text), command: z.optional(words.check(z.minLength(1))), env: z.optional(map), model: z.optional(text) })),
  parkMs: count,
});

const spec = z.looseObject({
  name: text.check(z.regex(NAME_PATTERN)),
  type: text,
  project: nullable(text),
  labels: map,
  capabilities: words,
  cwd: text.check(z.regex(/^\//)),
  command: words,
  env: map,
  umask: z.int().check(z.minimum(0), z.maximum(0o777)),
  prompt: nullable(text),
  model: nullable(text),
  permissionMode: nullable(text),
  role: nullable(text),
  restart: z.strictObject({
    policy: z.enum(RESTART_POLICIES),
    maxRestarts: count,
    windowMs: count,
    baseDelayMs: count,
    maxDelayMs: count,
    stableAfterMs: count,
  }),
  health,
  recovery: z.optional(recovery),
  limits,
  declaredAs: nullable(text),
  worktree: z.optional(z.strictObject({ branch: nullable(text), base: nullable(text), copy: words, link: words, setup: words })),
  claims: z.optional(words),
  // Where it lies is for the daemon to say.
  place: z.optional(z.undefined()),
  checkpoint: z.optional(z.strictObject({ everyMs: nullable(count), turns: nullable(count) })),
});

const absolute = text.check(z.regex(/^\//));

const content = { from: text, body: text, type: z.optional(text), priority: z.optional(z.enum(PRIORITIES)), topic: z.optional(text), ttlMs: z.optional(z.int().check(z.positive())) };

const NOTHING = z.strictObject({});

const whole = z.int().check(z.nonnegative());

const taskWish = z.strictObject({
  key: z.optional(text),
  description: text.check(z.minLength(1)),
  agent: z.optional(text),
  agentType: z.optional(text),
  command: z.optional(words.check(z.minLength(1))),
  priority: z.optional(z.int().check(z.minimum(1), z.maximum(10))),
  category: z.optional(text),
  after: z.optional(words),
  retries: z.optional(whole),
  backoffMs: z.optional(whole),
  timeoutMs: z.optional(z.int().check(z.positive())),
  cwd: z.optional(absolute),
  env: z.optional(map),
  optional: z.optional(z.boolean()),
});

const SCHEMAS: Record<Route, z.ZodMiniType> = {
  'GET /healthz': NOTHING,
  'GET /api/agents': selector,
  'GET /api/agents/watch': selector,
  'GET /api/agents/:name/history': z.strictObject({ since: z.optional(text) }),
  'GET /api/agents/:name': NOTHING,
  'POST /api/agents': z.strictObject({ specs: z.array(spec), alsoNamed: z.optional(words), replace: z.optional(z.boolean()) }),
  'POST /api/actions': z.strictObject({
    action: z.enum(ACTIONS),
    selector,
    graceMs: z.optional(count),
    force: z.optional(z.boolean()),
    dryRun: z.optional(z.boolean()),
  }),
  'POST /api/wait': z.strictObject({ selector, for: z.enum([...WAIT_FOR, ...STATES]), timeoutMs: nullable(count) }),
  'GET /api/agents/:name/transcript': z.strictObject({ limit: count, follow: z.optional(z.boolean()) }),
  'POST /api/agents/:name/input': z.strictObject({ text, submit: z.boolean(), wait: z.optional(z.boolean()), command: z.optional(z.boolean()) }),
  'GET /api/agents/:name/budget': NOTHING,
  'POST /api/agents/:name/budget': z.strictObject({ usd: nullable(z.number().check(z.positive())) }),
  'POST /api/agents/:name/claims': z.strictObject({ patterns: words, drop: z.boolean() }),
  'GET /api/agents/:name/result': NOTHING,
  'POST /api/agents/:name/keys': z.strictObject({ keys: words.check(z.minLength(1)) }),
  'GET /api/agents/:name/question': NOTHING,
  'POST /api/agents/:name/answer': z.strictObject({ words: words.check(z.minLength(1)) }),
  'GET /api/agents/:name/screen': NOTHING,
  'POST /api/agents/:name/attach': z.strictObject({ window: z.enum(['main', 'monitor', 'queue']) }),
  'GET /api/events': z.strictObject({
    agent: z.optional(text),
    since: z.optional(text),
    limit: z.optional(count),
    follow: z.optional(z.boolean()),
  }),
  'GET /api/cost': z.strictObject({ by: z.enum(COST_GROUPS), since: z.optional(text), selector: z.optional(selector) }),
  'GET /api/resources': NOTHING,
  'POST /api/cleanup': z.strictObject({ dryRun: z.boolean(), force: z.boolean() }),
  'GET /api/alerts': z.strictObject({ all: z.optional(z.boolean()) }),
  'GET /api/alerts/watch': NOTHING,
  'GET /api/alerts/rules': NOTHING,
  'GET /api/alerts/:id': NOTHING,
  'POST /api/alerts/test': z.strictObject({ channel: z.optional(text), message: text }),
  'POST /api/alerts/silences': z.strictObject({ rule: nullable(text), agent: nullable(text), forMs: count }),
  'POST /api/alerts/silences/:id/end': NOTHING,
  'POST /api/alerts': z.strictObject({
    severity: z.enum(SEVERITIES),
    agent: nullable(text),
    message: text,
  }),
  'POST /api/alerts/:id/ack': NOTHING,
  'GET /api/worktrees': selector,
  'GET /api/worktrees/:name/diff': NOTHING,
  'POST /api/worktrees/:name/merge': z.strictObject({ into: z.optional(text), squash: z.optional(z.boolean()), message: z.optional(text) }),
  'POST /api/worktrees/:name/remove': z.strictObject({ dryRun: z.optional(z.boolean()) }),
  'GET /api/checkpoints': z.strictObject({ agent: z.optional(text) }),
  'POST /api/checkpoints': z.strictObject({ agent: text, message: nullable(text), ignored: z.boolean() }),
  'POST /api/checkpoints/verify': z.strictObject({ id: z.optional(text) }),
  'POST /api/checkpoints/prune': z.strictObject({
    agent: z.optional(text),
    keep: z.optional(z.int().check(z.nonnegative())),
    olderMs: z.optional(count),
    dryRun: z.boolean(),
  }),
  'POST /api/checkpoints/export': z.strictObject({ id: text, file: absolute }),
  'POST /api/checkpoints/import': z.strictObject({ file: absolute, agent: text }),
  'GET /api/checkpoints/:id': NOTHING,
  'GET /api/checkpoints/:id/diff': NOTHING,
  'POST /api/agents/:name/rollback': z.strictObject({ id: z.optional(text), part: z.enum(ROLLBACK_PARTS), undo: z.boolean(), dryRun: z.optional(z.boolean()) }),
  'GET /api/tasks': z.strictObject({ state: z.optional(z.enum(TASK_STATES)), agent: z.optional(text), run: z.optional(text) }),
  'POST /api/tasks': z.strictObject({
    tasks: z.array(taskWish).check(z.minLength(1)),
    from: z.strictObject({ cwd: absolute, env: map, umask: z.int().check(z.minimum(0), z.maximum(0o777)) }),
    plan: z.optional(z.strictObject({ name: text, strategy: text, maxParallel: z.optional(z.int().check(z.positive())) })),
    dryRun: z.optional(z.boolean()),
  }),
  'POST /api/tasks/pause': NOTHING,
  'POST /api/tasks/resume': z.strictObject({ ids: z.optional(words), agent: z.optional(text) }),
  'GET /api/tasks/:id': NOTHING,
  'GET /api/tasks/:id/watch': NOTHING,
  'GET /api/runs/:id/watch': NOTHING,
  'POST /api/tasks/:id/cancel': NOTHING,
  'POST /api/tasks/:id/retry': NOTHING,
  'POST /api/tasks/:id/progress': z.strictObject({ percent: z.number().check(z.minimum(0), z.maximum(100)), step: nullable(text) }),
  'GET /api/claims': NOTHING,
  'GET /api/conflicts': NOTHING,
  'GET /api/conflicts/:id': NOTHING,
  'POST /api/conflicts/:id/resolve': z.strictObject({ keep: z.optional(text), agent: z.optional(text), manual: z.optional(z.boolean()) }),
  'POST /api/messages': z.strictObject({ ...content, to: z.optional(text), replyTo: z.optional(text) }),
  'POST /api/messages/broadcast': z.strictObject({ ...content, selector }),
  'POST /api/messages/publish': z.strictObject({ ...content, topic: text }),
  'GET /api/messages': z.strictObject({ agent: z.optional(text), since: z.optional(text), state: z.optional(z.enum(MESSAGE_STATES)), limit: z.int().check(z.nonnegative()) }),
  'GET /api/messages/stats': NOTHING,
  'POST /api/messages/ack': z.strictObject({ ids: words.check(z.minLength(1)) }),
  'POST /api/messages/dead': z.strictObject({ action: z.enum(['retry', 'drop']), ids: nullable(words), dryRun: z.boolean() }),
  'GET /api/messages/:id': NOTHING,
  'GET /api/messages/:id/answer': z.strictObject({ timeoutMs: nullable(count) }),
  'POST /api/agents/:name/inbox': z.strictObject({ ack: z.boolean(), all: z.boolean() }),
  'GET /api/agents/:name/inbox/wait': z.strictObject({ timeoutMs: nullable(count) }),
  'GET /api/subscriptions': NOTHING,
  'POST /api/agents/:name/subscribe': z.strictObject({ pattern: text }),
  'POST /api/agents/:name/unsubscribe': z.strictObject({ pattern: nullable(text) }),
  'POST /api/daemon/stop': z.strictObject({ agents: z.boolean() }),
};

/** The request, proved to fit. To compile what checks it would take longer than checking it. @throws MuxwardError `usage` naming the first place that does not. */
export function checkRequest(route: Route, takes: unknown): unknown {
  const result = SCHEMAS[route].safeParse(takes, { jitless: true });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new MuxwardError('usage', `${route}: ${place === '' ? 'the request' : place} is not valid: ${issue?.message ?? ''}`);
}
