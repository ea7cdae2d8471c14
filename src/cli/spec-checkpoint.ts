/** The flags that say when checkpoints of an agent are made by themselves. */
import type { AgentSpec } from '../core/agent.ts';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { parseDuration } from '../core/units.ts';

/** As written: nothing is checked yet. */
export interface CheckpointFlags {
  readonly checkpointEvery?: string;
  readonly checkpointTurns?: string;
}

const LEAST_MS = 1000;
const MOST_TURNS = 1000;

/** Nothing where neither is given: then it is as the settings say. @throws MuxwardError `usage` that names the flag. */
export function specCheckpoint(type: string, { checkpointEvery: every, checkpointTurns: turns }: CheckpointFlags): Pick<AgentSpec, 'checkpoint'> {
  if (every === undefined && turns === undefined) return {};
  if (turns !== undefined && type !== 'claude-code') {
    throw new MuxwardError('usage', `--checkpoint-turns: an agent of type ${type} has no turns`, { hint: 'it is for claude-code; every so often: --checkpoint-every 10m' });
  }
  return { checkpoint: { everyMs: every === undefined ? null : intervalOf(every), turns: turns === undefined ? null : turnsOf(turns) } };
}

function intervalOf(text: string): number {
  const ms = parseDuration(text, '--checkpoint-every');
  if (ms >= LEAST_MS) return ms;
  throw new MuxwardError('usage', `--checkpoint-every: "${printable(text)}" is too often`, { hint: 'at least 1s, for example --checkpoint-every 10m' });
}

function turnsOf(text: string): number {
  const turns = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (turns >= 1 && turns <= MOST_TURNS) return turns;
  throw new MuxwardError('usage', `--checkpoint-turns: "${printable(text)}" is no number of turns`, { hint: `a whole number from 1 to ${MOST_TURNS}, for example --checkpoint-turns 5` });
}
