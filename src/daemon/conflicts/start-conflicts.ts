/** Wires the look-out for conflicts: it follows agents as they come and go. */
import type { EventHub } from '../event-hub.ts';
import { Conflicts, type ConflictsOptions } from './conflicts.ts';

const FOLLOWED = new Set(['agent.started', 'agent.adopted', 'agent.ended', 'agent.removed', 'worktree.made', 'worktree.removed']);

export function startConflicts(options: ConflictsOptions, hub: EventHub): Conflicts {
  const conflicts = new Conflicts(options);
  hub.subscribe(({ type }) => {
    if (FOLLOWED.has(type)) conflicts.follow();
  });
  conflicts.follow();
  return conflicts;
}
