/** A complete specification for tests of the daemon's parts; only what matters is said. */
import type { AgentSpec } from '../../../src/core/agent.ts';
import { DEFAULT_RESTART } from '../../../src/core/restart-policy.ts';

export function specOf(name: string, fields: Partial<AgentSpec> = {}): AgentSpec {
  return {
    name,
    type: 'claude-code',
    project: null,
    labels: {},
    capabilities: [],
    cwd: '/srv',
    command: ['/usr/bin/claude'],
    env: {},
    umask: 0o22,
    prompt: null,
    model: null,
    permissionMode: null,
    role: null,
    restart: DEFAULT_RESTART,
    health: { probe: { kind: 'none' }, intervalMs: 30_000 },
    limits: { memoryBytes: null, cpu: null, timeoutMs: null },
    declaredAs: null,
    ...fields,
  };
}
