/** All checks of `doctor`, in the order in which they are shown. */
import { checkCgroup } from './check-cgroup.ts';
import { checkConfig } from './check-config.ts';
import { checkDaemon } from './check-daemon.ts';
import { checkFiles } from './check-files.ts';
import { checkHome } from './check-home.ts';
import { checkLimits, checkTerminals } from './check-limits.ts';
import { checkNode } from './check-node.ts';
import { checkClaude, checkGit, checkShell } from './check-programs.ts';
import { checkSystemd, checkTerminal } from './check-session.ts';
import { checkSockets } from './check-sockets.ts';
import { checkTmux } from './check-tmux.ts';
import { checkWorktrees } from './check-worktrees.ts';
import { problem, type Check, type Finding, type Scene } from './finding.ts';

const CHECKS: Readonly<Record<string, Check>> = {
  tmux: checkTmux,
  node: checkNode,
  home: checkHome,
  daemon: checkDaemon,
  git: checkGit,
  worktrees: checkWorktrees,
  shell: checkShell,
  limits: checkLimits,
  terminals: checkTerminals,
  config: checkConfig,
  systemd: checkSystemd,
  terminal: checkTerminal,
  sockets: checkSockets,
  cgroup: checkCgroup,
  files: checkFiles,
  claude: checkClaude,
};

export interface NamedFinding extends Finding {
  readonly check: string;
}

/** All at once. A check that breaks is a problem of its own and hides no other. */
export async function examine(scene: Scene): Promise<NamedFinding[]> {
  const all = Object.entries(CHECKS).map(async ([name, check]) => {
    const findings = await check(scene).catch((error: unknown) => [problem(`${name} could not be checked: ${String(error)}`, 'please report it')]);
    return findings.map((finding) => Object.assign({ check: name }, finding));
  });
  return (await Promise.all(all)).flat();
}
