/** Wires what holds agents to their limits. */
import type { HomePaths } from '../../config/paths.ts';
import type { Settings } from '../../config/settings.ts';
import type { TmuxServer } from '../../tmux/server.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Registry } from '../registry.ts';
import { KernelLimits } from './kernel-limits.ts';
import { LimitWatch } from './limit-watch.ts';
import { OutputBytes } from './output-bytes.ts';
import { Throttle } from './throttle.ts';

export interface HoldOptions {
  readonly registry: Registry;
  readonly lifecycle: Lifecycle;
  readonly tmux: TmuxServer;
  readonly paths: HomePaths;
  readonly graceMs: number;
  readonly limitsBy: Settings['limitsBy'];
  readonly onError: (what: string, error: unknown) => void;
}

export function holdToLimits({ registry, lifecycle, tmux, paths, graceMs, limitsBy, onError }: HoldOptions): { limits: LimitWatch; throttle: Throttle; kernel: KernelLimits } {
  const throttle = new Throttle(registry);
  const output = new OutputBytes(registry, paths, () => tmux.serverPid);
  const kernel = new KernelLimits({ registry, serverPid: () => tmux.serverPid, isOff: limitsBy === 'samples', onError });
  lifecycle.onStart.push((agent) => output.begin(agent), kernel.confirm);
  lifecycle.explainers.push(kernel.explain);
  const limits = new LimitWatch({ registry, lifecycle, throttle, output, kernel, busyOf: ({ busy }) => busy, graceMs });
  return { limits, throttle, kernel };
}
