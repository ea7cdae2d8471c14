/** Programs besides tmux: claude and git for those who use them, sh and mkfifo for the wrapper. */
import { findProgram } from '../../config/find-program.ts';
import { isTriedClaude, TRIED_CLAUDE } from '../../core/tried-claude.ts';
import { askProgram } from './ask-program.ts';
import { note, ok, problem, type Check } from './finding.ts';

const INSTALL_CLAUDE = 'npm install -g @anthropic-ai/claude-code';

export const checkClaude: Check = async ({ env }) => {
  const program = findProgram('claude', env['PATH'], '/');
  if (program === undefined) return [problem('claude not found on PATH', INSTALL_CLAUDE)];
  const answer = await askProgram(program, ['--version'], env);
  const version = answer.kind === 'said' ? /\d+(\.\d+)+/.exec(answer.text)?.[0] : undefined;
  if (version !== undefined) return [isTriedClaude(version) ? ok(`claude ${version}`) : note(`claude ${version}: muxward was tried with ${TRIED_CLAUDE}, so activity or messages may be misread`, `npm install -g @anthropic-ai/claude-code@${TRIED_CLAUDE}`)];
  return [problem(`claude does not tell its version (${answer.kind === 'failed' ? answer.why : program})`, INSTALL_CLAUDE)];
};

export const checkGit: Check = async ({ env }) => {
  const answer = await askProgram('git', ['--version'], env);
  if (answer.kind === 'said') return [ok(answer.text.replace(/^git version/, 'git'))];
  return [note('git not found: worktrees and checkpoints of files need it', 'apt install git, or brew install git')];
};

export const checkShell: Check = async ({ env }) => {
  const missing = ['sh', 'mkfifo', 'cat'].filter((name) => findProgram(name, env['PATH'], '/') === undefined);
  if (missing.length > 0) return [problem(`not found on PATH: ${missing.join(', ')}`, 'put /bin and /usr/bin on the PATH (coreutils)')];
  return [ok('sh and mkfifo')];
};
