/** What an agent is told first: from the command line, a file or standard input. */
import fs from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';

/** A single argument of a process holds 128 KiB with its end (MAX_ARG_STRLEN of Linux). */
const PROMPT_MAX_BYTES = 120 * 1000;

interface PromptFlags {
  readonly prompt?: string;
  readonly promptFile?: string;
}

/** @throws MuxwardError `usage` where both are given, the file cannot be read, or the text is too long. */
export async function specPrompt({ prompt, promptFile }: PromptFlags, cwd: string): Promise<string | null> {
  if (prompt !== undefined && promptFile !== undefined) {
    throw new MuxwardError('usage', '--prompt and --prompt-file were both given', { hint: 'one of them' });
  }
  if (prompt === '-' || promptFile === '-') return checkLength(await readStandardInput(), prompt === '-' ? '--prompt -' : '--prompt-file -');
  if (prompt !== undefined) return checkLength(prompt, '--prompt');
  return promptFile === undefined ? null : checkLength(readPrompt(path.resolve(cwd, promptFile), promptFile), '--prompt-file');
}

/** All of standard input. */
export async function readStandardInput(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function readPrompt(file: string, shown: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'is not there' : `cannot be read (${code ?? 'unknown error'})`;
    throw new MuxwardError('usage', `--prompt-file: ${printable(shown)} ${why}`, { hint: 'name a text file, or - for standard input' });
  }
}

function checkLength(text: string, option: string): string {
  const bytes = Buffer.byteLength(text);
  if (text.includes('\0')) throw new MuxwardError('usage', `${option}: the text holds a NUL byte`, { hint: 'give plain text' });
  if (bytes <= PROMPT_MAX_BYTES) return text.trim() === '' ? emptyPrompt(option) : text;
  throw new MuxwardError('usage', `${option}: ${bytes} bytes are too many for a prompt`, {
    hint: `at most ${PROMPT_MAX_BYTES}; put the rest in a file and tell the agent to read it`,
  });
}

function emptyPrompt(option: string): never {
  throw new MuxwardError('usage', `${option}: the text is empty`, { hint: 'leave it out to start without a prompt' });
}
