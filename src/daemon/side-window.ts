/** What window 1 of a session runs once somebody looks at it. */
import path from 'node:path';

/** `monitor`: what the agent's tree uses, live. `queue`: its tasks. */
export function sideWindowCommand(installation: string, kind: 'monitor' | 'queue', agent: string): string[] {
  const muxward = path.join(installation, 'bin/muxward');
  return kind === 'monitor' ? [muxward, 'top', agent] : [muxward, 'queue', agent];
}
