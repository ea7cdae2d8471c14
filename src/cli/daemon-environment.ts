/**
 * What of the caller's environment the daemon gets: who and where it is, which Node runs muxward, and none of the
 * caller's secrets but those that its settings name.
 */

const KEPT = /^(PATH|HOME|USER|LOGNAME|LANG|LC_[A-Z]+|XDG_[A-Z_]+|TMPDIR|SHELL|TZ|MUXWARD_NODE)$/;

interface Wishes {
  /** Where its Node keeps what it compiled: its first start of many agents begins some 10 ms sooner by that. */
  readonly compileCache?: string;
  /** Names of variables that its settings read. */
  readonly asked?: readonly string[];
}

/** A new environment for the daemon of `home`. */
export function daemonEnvironment(env: NodeJS.ProcessEnv, home: string, { compileCache, asked = [] }: Wishes = {}): Record<string, string> {
  const isKept = (name: string): boolean => KEPT.test(name) || asked.includes(name);
  const kept = Object.entries(env).filter((entry): entry is [string, string] => isKept(entry[0]) && entry[1] !== undefined);
  return { ...Object.fromEntries(kept), ...(compileCache === undefined ? {} : { NODE_COMPILE_CACHE: compileCache }), MUXWARD_HOME: home };
}
