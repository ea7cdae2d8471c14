/** What is known of a shadow's index, so that a tree that has not changed is not written again. A lost one costs time only. */
import fs from 'node:fs';
import path from 'node:path';
import { writePrivateFile } from '../system/secure-files.ts';
import type { Shadow } from './shadow.ts';

export interface IndexState {
  readonly tree: string;
  /** Of the shadow's index. */
  readonly index: string;
  /** Of the user's. */
  readonly userIndex: string;
  /** What that has though it is ignored. */
  readonly insisted: readonly string[];
  /** Of those, what was not on disk: git does not tell when it comes back. Missing in states of earlier versions. */
  readonly absent?: readonly string[];
}

/** What changes whenever a file is written anew; empty where there is none. */
export function signatureOf(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat === undefined ? '' : `${stat.ino}-${stat.size}-${stat.mtimeNs}`;
}

export function readIndexState({ folder }: Shadow): IndexState | null {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, 'state.json'), 'utf8')) as IndexState;
  } catch {
    return null;
  }
}

export function writeIndexState({ folder }: Shadow, state: IndexState): void {
  writePrivateFile(path.join(folder, 'state.json'), `${JSON.stringify(state)}\n`);
}

/** Files come back without anybody's index knowing: what the user insists on is looked for again. */
export function distrustIndexState(shadow: Shadow): void {
  const state = readIndexState(shadow);
  if (state !== null) writeIndexState(shadow, { ...state, userIndex: '' });
}
