/** Looks for `muxward.yaml` in a folder and its parents, as Docker Compose and git do. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { MuxwardError } from '../../core/errors.ts';

const NAMES = ['muxward.yaml', 'muxward.yml'];

/**
 * The file's absolute path.
 * @throws MuxwardError `usage` where neither the folder nor a parent has one
 */
export function findProjectFile(folder: string): string {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = NAMES.map((name) => path.join(at, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    if (at === path.dirname(at)) break;
  }
  throw new MuxwardError('usage', `there is no muxward.yaml in ${folder}, nor in a folder above it`, {
    hint: 'write one (docs/muxward-yaml.md), or name it: -f FILE',
  });
}
