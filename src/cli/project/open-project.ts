/** Finds and reads the `muxward.yaml` that `up`, `down` and `config validate` mean. */
import path from 'node:path';
import { agentTypeNames } from '../../config/agent-type-names.ts';
import { findProjectFile } from '../../config/project/find-project-file.ts';
import type { Project } from '../../config/project/project.ts';
import { readProject } from '../../config/project/read-project.ts';
import { readIfPresent } from '../../config/read-if-present.ts';
import { loadSettings } from '../../config/settings.ts';
import { terminalFolders } from '../../config/terminals/terminal-folders.ts';
import { MuxwardError } from '../../core/errors.ts';
import { printable } from '../../core/names.ts';
import type { Context } from '../context.ts';

export interface ProjectChoice {
  /** As given with -f; undefined: looked for from the current folder upwards. */
  readonly file: string | undefined;
  /** As in ProjectSource. */
  readonly namesOnly?: boolean;
}

/** @throws InvalidConfig with every fault, MuxwardError `usage` where there is no such file. */
export async function openProject(context: Context, { file, namesOnly = false }: ProjectChoice): Promise<Project> {
  const absolute = file === undefined ? findProjectFile(process.cwd()) : path.resolve(file);
  const text = await readIfPresent(absolute);
  if (text === undefined) {
    throw new MuxwardError('usage', `there is no file ${printable(file ?? absolute)}`, { hint: 'name a muxward.yaml: -f FILE' });
  }
  const { agent: defaults } = await loadSettings(context.paths.config);
  return readProject({
    text,
    path: absolute,
    file: file ?? shownPath(absolute),
    env: process.env,
    types: agentTypeNames(terminalFolders(context.paths.home, context.installation)),
    defaults,
    namesOnly,
  });
}

/** Relative where that is shorter to read. */
function shownPath(absolute: string): string {
  const relative = path.relative(process.cwd(), absolute);
  return relative.length < absolute.length ? relative : absolute;
}
