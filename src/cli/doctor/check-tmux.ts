/** tmux: is it there, is it new enough, and is it the build that loses deaths of panes? */
import { readFile } from 'node:fs/promises';
import { TMUX_MINIMUM } from '../../config/defaults.ts';
import { findProgram } from '../../config/find-program.ts';
import { isOlder } from '../require-tmux.ts';
import { askProgram } from './ask-program.ts';
import { note, ok, problem, type Check } from './finding.ts';

const HOW = 'apt install tmux, brew install tmux, or scripts/setup-tmux.sh';

export const checkTmux: Check = async ({ env }) => {
  const program = findProgram('tmux', env['PATH'], '/');
  if (program === undefined) return [problem('tmux not found on PATH', HOW)];
  const answer = await askProgram(program, ['-V'], env);
  if (answer.kind !== 'said') return [problem(`${program} does not work (${answer.kind === 'failed' ? answer.why : 'gone'})`, HOW)];
  if (isOlder(answer.text, TMUX_MINIMUM)) return [problem(`${answer.text} is too old: ${TMUX_MINIMUM} or newer is needed`, HOW)];
  return [ok(answer.text), ...((await losesDeaths(program)) ? [deathsNote(answer.text)] : [])];
};

function deathsNote(version: string) {
  return note(`${version} of Debian loses pane deaths (libutempter): worked around (see docs/tmux.md)`);
}

/** The helper of libutempter swallows the signal by which tmux learns of deaths. */
async function losesDeaths(program: string): Promise<boolean> {
  try {
    return (await readFile(program)).includes('libutempter.so');
  } catch {
    return false;
  }
}
