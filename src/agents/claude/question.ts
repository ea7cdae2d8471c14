/** What Claude Code asks the user, in one line: from a permission request, a question, a plan to approve. Pure. */
import path from 'node:path';
import { textOf } from './hook-record.ts';

const MAX_LENGTH = 200;

/** `run npm test?`, `write a.txt?`, or the question itself. Never more than one line. */
export function questionOf(tool: string, input: unknown): string {
  const fields = (typeof input === 'object' && input !== null ? input : {}) as Record<string, unknown>;
  return oneLine(asked(tool, fields));
}

/** The first 200 characters of a text as one line. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line.length <= MAX_LENGTH) return line;
  // Not between the two halves of a character.
  return `${line.slice(0, MAX_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function asked(tool: string, input: Record<string, unknown>): string {
  const file = textOf(input['file_path']) ?? textOf(input['notebook_path']);
  switch (tool) {
    case 'AskUserQuestion':
      return firstQuestion(input['questions']) ?? 'a question';
    case 'ExitPlanMode':
      return 'approve the plan?';
    case 'Bash':
      return `run ${textOf(input['command']) ?? 'a command'}?`;
    case 'WebFetch':
      return `fetch ${textOf(input['url']) ?? 'a page'}?`;
    case 'Write':
      return `write ${file === undefined ? 'a file' : path.basename(file)}?`;
    case 'Read':
      return `read ${file === undefined ? 'a file' : path.basename(file)}?`;
    default:
      return file === undefined ? `use ${tool}?` : `${tool.toLowerCase()} ${path.basename(file)}?`;
  }
}

function firstQuestion(questions: unknown): string | undefined {
  const first: unknown = Array.isArray(questions) ? questions[0] : undefined;
  return typeof first === 'object' && first !== null ? textOf((first as Record<string, unknown>)['question']) : undefined;
}
