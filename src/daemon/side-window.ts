/** What the side windows of a session run once somebody looks at them. */
import path from 'node:path';

/** `monitor`: what the agent's tree uses, live. `queue`: its tasks. */
export type SideWindow = 'monitor' | 'queue';

export function sideWindowCommand(installation: string, kind: SideWindow, agent: string): string[] {
  const muxward = path.join(installation, 'bin/muxward');
  return kind === 'monitor' ? [muxward, 'top', agent] : [muxward, 'queue', agent];
}
