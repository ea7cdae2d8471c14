/** Checks that a tmux is there that is new enough, before anything is started with it. */
import { spawnSync } from 'node:child_process';
import { TMUX_MINIMUM } from '../config/defaults.ts';
import { findProgram } from '../config/find-program.ts';
import { MuxwardError } from '../core/errors.ts';

/** @throws MuxwardError `tmux` that says how to get one. */
export function requireTmux(env: NodeJS.ProcessEnv): void {
  const program = findProgram('tmux', env['PATH'], '/');
  const how = 'apt install tmux, brew install tmux, or scripts/setup-tmux.sh';
  if (program === undefined) throw new MuxwardError('tmux', 'tmux was not found on your PATH', { hint: how });
  const said = spawnSync(program, ['-V'], { encoding: 'utf8', timeout: 10_000 }).stdout ?? '';
  if (isOlder(said, TMUX_MINIMUM)) {
    throw new MuxwardError('tmux', `${said.trim()} at ${program} is too old`, { hint: `muxward needs tmux ${TMUX_MINIMUM} or newer: ${how}` });
  }
}

/** `tmux 3.1c` is older than `3.2`; what cannot be read (`tmux master`) counts as new. */
export function isOlder(said: string, minimum: string): boolean {
  const [, major, minor] = /(\d+)\.(\d+)/.exec(said) ?? [];
  if (major === undefined || minor === undefined) return false;
  const [needMajor = 0, needMinor = 0] = minimum.split('.').map(Number);
  return Number(major) < needMajor || (Number(major) === needMajor && Number(minor) < needMinor);
}
