/** The flag by which an agent claims paths in its folder from the start. */
import type { AgentSpec } from '../core/agent.ts';

/** @throws MuxwardError `usage` for a pattern that leads out of the folder. */
export async function specClaims({ claim }: { readonly claim?: readonly string[] }): Promise<Pick<AgentSpec, 'claims'>> {
  if (claim === undefined || claim.length === 0) return {};
  // Few agents claim anything: the others need not load it.
  const { parsePattern } = await import('../core/claim.ts');
  return { claims: [...new Set(claim.map(parsePattern))] };
}
