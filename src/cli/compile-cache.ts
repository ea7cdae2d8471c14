/**
 * Lets Node keep what it compiled also where it was not begun with such a cache (bin/muxward does that) or could not write
 * there, for the commands that load more than the start file. It costs 2 ms itself, so `status` and `spawn` do without.
 */
import path from 'node:path';

/** Beside the program, so that one cache serves all homes. The launchers say the same. */
export function compileCacheOf(installation: string): string {
  return path.join(installation, 'node_modules/.cache/muxward');
}

/** Where that cannot be written, in the user's own. */
export function useCompileCache(installation: string, env: NodeJS.ProcessEnv): void {
  const { enableCompileCache, constants } = process.getBuiltinModule('node:module');
  const { status } = enableCompileCache(compileCacheOf(installation));
  if (status !== constants.compileCacheStatus.FAILED) return;
  const userCache = env['XDG_CACHE_HOME'] || path.join(env['HOME'] ?? '/nonexistent', '.cache');
  enableCompileCache(path.join(userCache, 'muxward'));
}
