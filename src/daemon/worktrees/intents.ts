/** What is under way with worktrees, one file an agent: a daemon that was killed leaves it to the next one to finish. */
import fs from 'node:fs';
import path from 'node:path';
import type { HomePaths } from '../../config/paths.ts';
import { makePrivateFolder } from '../../config/private-folder.ts';
import { NAME_PATTERN } from '../../core/names.ts';
import { removeUnfinished, writePrivateFile } from '../../system/secure-files.ts';
import type { MakingIntent } from '../../worktrees/make.ts';
import type { RemovingIntent } from '../../worktrees/remove.ts';

export type Intent = MakingIntent | RemovingIntent;

export class Intents {
  readonly #folder: string;

  constructor(paths: HomePaths) {
    this.#folder = path.join(paths.run, '.worktrees');
  }

  /** On disk before it returns. @throws MuxwardError `storage` */
  readonly note = (intent: Intent): void => {
    makePrivateFolder(this.#folder);
    writePrivateFile(this.#file(intent.agent), JSON.stringify(intent), { fsync: true });
  };

  has(agent: string): boolean {
    return fs.existsSync(this.#file(agent));
  }

  done(agent: string): void {
    fs.rmSync(this.#file(agent), { force: true });
  }

  /** What an earlier daemon left. What it was still writing is none. */
  left(): Intent[] {
    if (!fs.existsSync(this.#folder)) return [];
    removeUnfinished(this.#folder);
    const names = fs.readdirSync(this.#folder).filter((name) => name.endsWith('.json') && NAME_PATTERN.test(name.slice(0, -'.json'.length)));
    return names.flatMap((name) => {
      try {
        return [JSON.parse(fs.readFileSync(path.join(this.#folder, name), 'utf8')) as Intent];
      } catch {
        return [];
      }
    });
  }

  #file(agent: string): string {
    return path.join(this.#folder, `${agent}.json`);
  }
}
