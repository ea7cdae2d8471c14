/** Wires claims: their watches follow agents as they come and go. */
import type { EventHub } from '../event-hub.ts';
import { Claims, type ClaimsOptions } from './claims.ts';

const FOLLOWED = new Set(['agent.started', 'agent.adopted', 'agent.ended', 'agent.removed', 'worktree.made', 'worktree.removed']);

export function startClaims(options: ClaimsOptions, hub: EventHub): Claims {
  const claims = new Claims(options);
  hub.subscribe(({ type }) => {
    if (FOLLOWED.has(type)) claims.follow();
  });
  claims.follow();
  return claims;
}
