/** Flags that only Claude Code agents have: headless, and a budget. */
import type { AgentSpec } from '../core/agent.ts';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';

/** As written: nothing is checked yet. */
export interface ClaudeFlags {
  readonly headless?: boolean;
  readonly exitWhenDone?: boolean;
  readonly budget?: string;
}

/** @throws MuxwardError `usage` */
export function specClaude(type: string, { headless, exitWhenDone, budget }: ClaudeFlags): Pick<AgentSpec, 'headless' | 'budgetUsd'> {
  if (type !== 'claude-code') refuse(type, { '--headless': headless, '--exit-when-done': exitWhenDone, '--budget': budget });
  if (exitWhenDone === true && headless !== true) {
    throw new MuxwardError('usage', '--exit-when-done: an interactive agent is never done', { hint: 'add --headless' });
  }
  return {
    ...(headless === true ? { headless: { exitWhenDone: exitWhenDone === true } } : {}),
    ...(budget === undefined ? {} : { budgetUsd: budgetOf(budget, '--budget') }),
  };
}

/** US dollars. @throws MuxwardError `usage` naming `option` */
export function budgetOf(text: string, option: string): number {
  const usd = /^\$?\d{1,7}(\.\d{1,6})?$/.test(text) ? Number(text.replace('$', '')) : 0;
  if (usd > 0) return usd;
  throw new MuxwardError('usage', `${option}: "${printable(text)}" is no budget`, { hint: 'US dollars as a number above 0, for example 5 or 0.50' });
}

function refuse(type: string, flags: Readonly<Record<string, unknown>>): void {
  const useless = Object.entries(flags).find(([, value]) => value !== undefined && value !== false)?.[0];
  if (useless === undefined) return;
  throw new MuxwardError('usage', `${useless}: an agent of type ${type} takes none`, { hint: 'it is for claude-code' });
}
