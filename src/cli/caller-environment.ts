/** What bin/muxward changes in the environment for our own Node, and the caller's values of it. */

/** The launcher keeps the caller's value of each under this prefix: empty where there was none. */
const KEPT_AS = 'MUXWARD_CALLER_';
const CHANGED = ['NODE_COMPILE_CACHE', 'NODE_EXTRA_CA_CERTS'] as const;

/** Puts the caller's values back: what commands read and hand on is the caller's environment. */
export function putBackCallers(env: NodeJS.ProcessEnv): void {
  for (const name of CHANGED) {
    const kept = env[KEPT_AS + name];
    if (kept === undefined) continue;
    delete env[KEPT_AS + name];
    if (kept === '') delete env[name];
    else env[name] = kept;
  }
}
