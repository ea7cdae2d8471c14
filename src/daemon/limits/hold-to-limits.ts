/** Wires what holds agents to their limits. */
import type { HomePaths } from '../../config/paths.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Registry } from '../registry.ts';
import { LimitWatch } from './limit-watch.ts';
import { OutputBytes } from './output-bytes.ts';
import { Throttle } from './throttle.ts';

export interface HoldOptions {
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly tmux: TmuxServer;
  readonly paths: HomePaths;
  readonly graceMs: number;
}

export function holdToLimits({ registry, lifecycle, tmux, paths, graceMs }: HoldOptions): { limits: LimitWatch; throttle: Throttle } {
  const throttle = new Throttle(registry);
  const output = new OutputBytes(registry, paths, () => tmux.serverPid);
  lifecycle.onStart.push((agent) => output.begin(agent));
  const limits = new LimitWatch({ registry, lifecycle, throttle, output, busyOf: ({ busy }) => busy, graceMs });
  return { limits, throttle };
}
