/** Keeps logs within their bound: those that are full are rotated, and whatever writes them goes on in the new file. */
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { logPath, type HomePaths } from '../config/paths.ts';
import { rotateLog } from '../system/log-rotation.ts';
import { logWriters } from './log-writer.ts';
import type { Registry } from './registry.ts';

export interface LogBoundsOptions {
  readonly registry: Registry;
  readonly paths: HomePaths;
  readonly bounds: { readonly maxBytes: number; readonly keep: number };
  /** Of the tmux server, whose children the writers are. */
  readonly serverPid: () => number;
}

/** While one floods, looks follow one another. */
const FLOOD_LOOK_MS = 50;

export class LogBounds {
  readonly #options: LogBoundsOptions;
  #hasStopped = false;

  constructor(options: LogBoundsOptions) {
    this.#options = options;
  }

  /** One that was full may be so again before the next regular look. */
  async keep(): Promise<void> {
    while (await this.#rotateFull()) {
      await sleep(FLOOD_LOOK_MS);
      if (this.#hasStopped) return;
    }
  }

  stop(): void {
    this.#hasStopped = true;
  }

  /** True where one was full. */
  async #rotateFull(): Promise<boolean> {
    let rotated = false;
    const { registry, paths, bounds, serverPid } = this.#options;
    for (const { spec } of registry.all()) {
      const file = logPath(paths, spec.name);
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      if (stat === undefined || stat.size < bounds.maxBytes) continue;
      const writer = logWriters(serverPid()).get(file) ?? null;
      await rotateLog({ logPath: file, keep: bounds.keep, maxBytes: bounds.maxBytes, writer });
      rotated = true;
    }
    return rotated;
  }
}
