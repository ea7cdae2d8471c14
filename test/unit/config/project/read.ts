// Reads a project from texts, as `up` does.
import path from 'node:path';
import type { Project } from '../../../../src/config/project/project.ts';
import { readProject, type ProjectSource } from '../../../../src/config/project/read-project.ts';
import { InvalidConfig } from '../../../../src/config/faults.ts';
import { DEFAULT_SETTINGS } from '../../../../src/config/settings-defaults.ts';
import { writeFiles } from '../write-files.ts';

export interface Around extends Partial<Pick<ProjectSource, 'env' | 'namesOnly' | 'defaults'>> {
  readonly files?: Readonly<Record<string, string>>;
}

/** A folder without a `.env`, for projects that read no files. */
const EMPTY = import.meta.dirname;

export function read(text: string, { files = {}, env = {}, ...rest }: Around = {}): Project {
  const folder = Object.keys(files).length === 0 ? EMPTY : writeFiles(files);
  return readProject({
    text,
    path: path.join(folder, 'muxward.yaml'),
    file: 'muxward.yaml',
    env,
    types: ['worker', 'claude-code', 'monitor'],
    defaults: DEFAULT_SETTINGS.agent,
    ...rest,
  });
}

/** Every fault as `line:column message (hint)`. */
export function faultsOf(text: string, around: Around = {}): string[] {
  try {
    read(text, around);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    return error.faults.map(({ line, column, message, hint }) => `${line}:${column} ${message} (${hint ?? ''})`.replaceAll(EMPTY, 'FOLDER'));
  }
}
