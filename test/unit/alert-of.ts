/** An alert as tests need one: open, of agent `a`, but for what they say. */
import type { Alert } from '../../src/core/alert.ts';

export function alertOf(id: string, more: Partial<Alert> = {}): Alert {
  return {
    id,
    at: '2030-01-01T12:00:00.000Z',
    severity: 'warning',
    agent: 'a',
    message: `a is ${id}`,
    acknowledgedAt: null,
    rule: 'r',
    agents: ['a'],
    count: 1,
    lastAt: '2030-01-01T12:00:00.000Z',
    closedAt: null,
    escalatedAt: null,
    silenced: false,
    recovers: null,
    ...more,
  };
}
