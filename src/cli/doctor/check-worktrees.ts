/** Worktrees of agents: is this git new enough to find conflicts, and are there watches to see changes at once? */
import { askProgram } from './ask-program.ts';
import { note, type Check } from './finding.ts';

const TIMEOUT_MS = 5000;
const NEEDED = [2, 38] as const;

export const checkWorktrees: Check = async ({ env, daemon }) => {
  const answer = await askProgram('git', ['--version'], env);
  const [, major, minor] = answer.kind === 'said' ? (/(\d+)\.(\d+)/.exec(answer.text) ?? []) : [];
  const isOld = major !== undefined && (Number(major) < NEEDED[0] || (Number(major) === NEEDED[0] && Number(minor) < NEEDED[1]));
  const old = isOld ? [note(`git ${major}.${minor} cannot merge without a checkout: worktree merge and conflicts need ${NEEDED.join('.')}`, 'install a newer git')] : [];
  try {
    const { worktrees } = await daemon.call('GET /api/conflicts', undefined, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const polled = worktrees.filter(({ watched }) => watched === 'polling').map(({ agent }) => agent);
    if (polled.length === 0) return old;
    return [...old, note(`changes of ${polled.join(', ')} are seen every 15 s only: no watches were left, or its worktree has too many folders`, 'sudo sysctl fs.inotify.max_user_watches=524288, then muxward daemon stop')];
  } catch {
    // No daemon, or conflicts are off: nothing is watched.
    return old;
  }
};
