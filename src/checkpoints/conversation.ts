/** The conversation of an agent: its transcript up to a whole line is saved, and put back under an id of its own. */
import fs from 'node:fs';
import path from 'node:path';
import type { CheckpointConversation } from '../core/checkpoint.ts';
import { makePrivateFolder } from '../config/private-folder.ts';
import { MuxwardError } from '../core/errors.ts';
import { writePrivateFile } from '../system/secure-files.ts';
import { hashOf, WHICH_ARE_WHOLE, type Pieces } from './pieces.ts';

const NEWLINE = 0x0a;

/** Where an agent's conversation is written down, by a program that only adds lines. */
export interface Transcript {
  readonly sessionId: string;
  readonly path: string;
}

/** Null where nothing is written down yet. */
export async function saveConversation(pieces: Pieces, transcript: Transcript): Promise<{ saved: CheckpointConversation; written: number } | null> {
  let text: Buffer;
  try {
    text = await fs.promises.readFile(transcript.path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new MuxwardError('failed', `the transcript ${transcript.path} cannot be read`, { cause: error, hint: 'whose file is it? muxward reads it as the user that the daemon runs as' });
  }
  const whole = text.subarray(0, text.lastIndexOf(NEWLINE) + 1);
  if (whole.length === 0) return null;
  const { pieces: list, written } = await pieces.putLong(whole);
  let lines = 0;
  for (let at = whole.indexOf(NEWLINE); at !== -1; at = whole.indexOf(NEWLINE, at + 1)) lines += 1;
  return { saved: { ...transcript, bytes: whole.length, lines, hash: hashOf(whole), pieces: list }, written };
}

/** @throws MuxwardError `failed` where a part is missing or damaged. */
export async function readConversation(pieces: Pieces, { pieces: list, hash }: CheckpointConversation): Promise<Buffer> {
  const text = await pieces.getLong(list);
  if (hashOf(text) === hash) return text;
  throw new MuxwardError('failed', 'the conversation is not what was saved', { hint: WHICH_ARE_WHOLE });
}

/**
 * Writes the conversation as it was as a transcript of its own. The one it was taken from stays as it is, with all
 * that came later; lines bear the id of their conversation, and bear the new one here.
 */
export function writeConversation(text: Buffer, from: string, to: Transcript): void {
  makeFolder(path.dirname(to.path));
  const renamed = text.toString().replaceAll(`"sessionId":${JSON.stringify(from)}`, `"sessionId":${JSON.stringify(to.sessionId)}`);
  writePrivateFile(to.path, renamed, { fsync: true });
}

/** Claude Code's own folder keeps its mode. */
function makeFolder(folder: string): void {
  if (!fs.existsSync(folder)) makePrivateFolder(folder);
}

/** Nothing was said since: the transcript is what was saved, to its end. */
export function holdsExactly(file: string, { bytes, hash }: CheckpointConversation): boolean {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat?.size === bytes && hashOf(fs.readFileSync(file)) === hash;
}
