/** `result`: what came of a headless agent's last turn. */
import type { HeadlessResult } from '../../core/headless.ts';
import type { Daemon } from './context.ts';

export function result({ registry, headless }: Daemon, name: string): HeadlessResult {
  return headless.result(registry.get(name));
}
