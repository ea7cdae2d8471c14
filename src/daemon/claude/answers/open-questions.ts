/**
 * The questions of one home's Claude Code agents that wait for an answer. Each is two files in run/<agent>/answers: a
 * FIFO at which its hook waits (scripts/agent-hook-answer.sh), and beside it what was asked, written here when the hook
 * was heard. Nothing is kept in memory, so that a daemon that was killed forgets none.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { HookRecord } from '../../../agents/claude/hook-record.ts';
import type { PermissionRequest } from '../../../agents/claude/permission.ts';
import { runPaths, type HomePaths } from '../../../config/paths.ts';
import { answer } from '../../../system/fifo-reader.ts';
import { writePrivateFile } from '../../../system/secure-files.ts';
import type { ManagedAgent } from '../../managed-agent.ts';

export interface OpenQuestion extends PermissionRequest {
  readonly id: string;
}

/** After these, nothing that was asked before is asked any more. */
const ENDING = new Set<HookRecord['event']>(['Stop', 'StopFailure', 'SessionStart', 'SessionEnd']);
const TOOL_DONE = new Set<HookRecord['event']>(['PostToolUse', 'PostToolUseFailure', 'PermissionDenied']);

const ASKED = '.json';

export class OpenQuestions {
  readonly #paths: HomePaths;

  constructor(paths: HomePaths) {
    this.#paths = paths;
  }

  /** Takes note of what a hook call means for the questions of its agent; gives the one that it asks, if it does. */
  hear(agent: ManagedAgent, hook: HookRecord): OpenQuestion | null {
    if (ENDING.has(hook.event)) for (const one of this.#stored(agent)) this.close(agent, one);
    if (TOOL_DONE.has(hook.event)) this.#closeUsed(agent, hook);
    if (hook.event !== 'PermissionRequest' || !fs.existsSync(this.#folder(agent))) return null;
    const question = { id: hook.id, ...requestOf(hook) };
    writePrivateFile(this.#file(agent, question), JSON.stringify(question));
    return question;
  }

  /** Oldest first; those whose hook is gone are dropped. */
  all(agent: ManagedAgent): OpenQuestion[] {
    const alive = this.#stored(agent).filter((one) => {
      if (hasReader(this.#fifo(agent, one))) return true;
      this.#forget(agent, one);
      return false;
    });
    return alive.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  }

  /** True where a hook waited for it and has it now. */
  answer(agent: ManagedAgent, question: OpenQuestion, line: string): boolean {
    const sent = answer(this.#fifo(agent, question), line) === 'sent';
    this.#forget(agent, question);
    return sent;
  }

  /** It was answered elsewhere: its hook is let go. */
  close(agent: ManagedAgent, question: OpenQuestion): void {
    this.answer(agent, question, '');
  }

  #closeUsed(agent: ManagedAgent, { payload }: HookRecord): void {
    const used = (one: OpenQuestion): boolean =>
      one.tool === payload['tool_name'] && (one.tool === 'AskUserQuestion' || JSON.stringify(one.input) === JSON.stringify(payload['tool_input']));
    for (const one of this.#stored(agent)) if (used(one)) this.close(agent, one);
  }

  #stored(agent: ManagedAgent): OpenQuestion[] {
    const folder = this.#folder(agent);
    if (!fs.existsSync(folder)) return [];
    return fs.readdirSync(folder).flatMap((file) => (file.endsWith(ASKED) ? readQuestion(path.join(folder, file)) : []));
  }

  #forget(agent: ManagedAgent, question: OpenQuestion): void {
    fs.rmSync(this.#file(agent, question), { force: true });
  }

  #folder({ spec }: ManagedAgent): string {
    return runPaths(this.#paths, spec.name).answers;
  }

  #file(agent: ManagedAgent, { id }: Pick<OpenQuestion, 'id'>): string {
    return path.join(this.#folder(agent), `${id}${ASKED}`);
  }

  #fifo(agent: ManagedAgent, { id }: Pick<OpenQuestion, 'id'>): string {
    return path.join(this.#folder(agent), id);
  }
}

function requestOf({ payload, at }: HookRecord): PermissionRequest {
  const input = payload['tool_input'];
  return { tool: String(payload['tool_name']), input: typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {}, at };
}

/** Nothing where it is gone or was cut short. */
function readQuestion(file: string): OpenQuestion[] {
  try {
    return [JSON.parse(fs.readFileSync(file, 'utf8')) as OpenQuestion];
  } catch {
    return [];
  }
}

/** The hook makes its FIFO just after it has told: not being there yet is no answer. */
function hasReader(fifo: string): boolean {
  try {
    fs.closeSync(fs.openSync(fifo, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK));
    return true;
  } catch {
    return false;
  }
}
