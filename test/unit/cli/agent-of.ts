/** A complete AGENT document for tests of what is shown; only what matters is said. */
import { NO_RESOURCES, type Agent } from '../../../src/core/agent.ts';

export const NOW = Date.parse('2030-01-31T12:00:00Z');

/** ISO time that many seconds before NOW. */
function secondsAgo(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString();
}

export function agentOf(name: string, fields: Partial<Agent> = {}): Agent {
  return {
    id: `ag_${name}`,
    name,
    type: 'worker',
    project: null,
    labels: {},
    capabilities: [],
    state: 'ready',
    reason: 'runs',
    since: secondsAgo(60),
    generation: 1,
    pid: 4711,
    pgid: 4711,
    session: name,
    pane: '%1',
    cwd: '/srv',
    command: ['/usr/bin/sleep', '60'],
    restarts: 0,
    exit: null,
    health: { status: 'none', failures: 0, lastOkAt: null, responseMs: null },
    activity: { status: 'unknown', evidence: '', at: null, source: 'none' },
    resources: NO_RESOURCES,
    limits: { memoryBytes: null, cpu: null, timeoutMs: null },
    cost: { usd: 0, inputTokens: 0, outputTokens: 0 },
    sessionId: null,
    worktree: null,
    createdAt: secondsAgo(60),
    startedAt: secondsAgo(60),
    declaredAs: null,
    ...fields,
  };
}

/** The table of the taste document: one that works, one that asks, one that runs, one that failed. */
export const FOUR: readonly Agent[] = [
  agentOf('coder', {
    type: 'claude-code',
    state: 'executing',
    activity: { status: 'working', evidence: 'hook PreToolUse', at: secondsAgo(3), detail: 'Edit', source: 'hook' },
    health: { status: 'healthy', failures: 0, lastOkAt: secondsAgo(3), responseMs: 2 },
    resources: { cpuPercent: 8.2, rssBytes: 221 * 2 ** 20, processes: 3, at: secondsAgo(1) },
    startedAt: secondsAgo(14 * 60),
  }),
  agentOf('reviewer', {
    type: 'claude-code',
    state: 'waiting',
    activity: { status: 'waiting', evidence: 'hook PermissionRequest', at: secondsAgo(120), detail: 'run npm test?', source: 'hook' },
    health: { status: 'healthy', failures: 0, lastOkAt: secondsAgo(3), responseMs: 2 },
    resources: { cpuPercent: 0, rssBytes: 208 * 2 ** 20, processes: 2, at: secondsAgo(1) },
    startedAt: secondsAgo(14 * 60),
  }),
  agentOf('web', {
    health: { status: 'unhealthy', failures: 3, lastOkAt: secondsAgo(90), responseMs: null },
    resources: { cpuPercent: 1, rssBytes: 48 * 2 ** 20, processes: 1, at: secondsAgo(1) },
    startedAt: secondsAgo(2 * 3600 + 180),
    restarts: 1,
  }),
  agentOf('crawler', { state: 'failed', reason: 'exit 1, 4 times in 30 s', pid: null, restarts: 3, startedAt: secondsAgo(300) }),
];
