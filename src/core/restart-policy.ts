/**
 * Decides what follows an end: run again (and when), finished, or given up. One pure function with its
 * own small memory, so that ten thousand histories can be tried in virtual time.
 */
import { describeEnd, type End, type EndKind } from './end.ts';

export const RESTART_POLICIES = ['no', 'on-failure', 'always'] as const;
export type RestartPolicy = (typeof RESTART_POLICIES)[number];

/** The settings of one agent. The defaults are what `spawn` uses where nothing is said. */
export interface RestartSettings {
  readonly policy: RestartPolicy;
  /** At most this many restarts within `windowMs`; one more failure ends in `failed`. */
  readonly maxRestarts: number;
  readonly windowMs: number;
  /** The second restart in a row waits this long, each further one twice as long, up to `maxDelayMs`. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A run at least this long ends a row: the next restart is at once again. */
  readonly stableAfterMs: number;
}

export const DEFAULT_RESTART: RestartSettings = {
  policy: 'on-failure',
  maxRestarts: 3,
  windowMs: 10 * 60_000,
  baseDelayMs: 200,
  maxDelayMs: 60_000,
  stableAfterMs: 60_000,
};

/** What the policy remembers between ends. Times are monotonic milliseconds. */
export interface RestartMemory {
  /** When the restarts of the current window were decided, oldest first. */
  readonly restartedAtMs: readonly number[];
  /** Restarts in a row without a stable run between them. */
  readonly inARow: number;
}

export const NO_RESTARTS: RestartMemory = { restartedAtMs: [], inARow: 0 };

export type Verdict =
  | { readonly action: 'restart'; readonly delayMs: number; readonly reason: string; readonly memory: RestartMemory }
  | { readonly action: 'finish'; readonly reason: string }
  | { readonly action: 'give-up'; readonly reason: string }
  /** It starts again at `until` (ISO 8601, by the wall clock), and that counts as no restart. */
  | { readonly action: 'park'; readonly until: string; readonly reason: string };

/** Ends that running again cannot mend: somebody has to do something first. */
const HOPELESS: ReadonlySet<EndKind> = new Set<EndKind>(['missing-cwd', 'spawn-failed', 'auth']);

/** True where running again mends nothing by itself. */
export function isHopeless(kind: EndKind): boolean {
  return HOPELESS.has(kind);
}

/** A usage limit whose reset time nobody told is tried again after this long. */
const UNKNOWN_LIMIT_MS = 15 * 60_000;

/** A limit that is met again at once, or whose reset time is past, still parks for this long. */
const SHORTEST_PARK_MS = 60_000;

/** A clean exit counts towards the crash-loop verdict only when the run was shorter than this. */
const SHORT_RUN_MS = 10_000;

export interface Ending {
  readonly end: End;
  /** How long this generation ran, monotonic. */
  readonly uptimeMs: number;
  readonly nowMs: number;
  /** In [0, 1): spreads restarts so that twenty agents do not come back in one instant. */
  readonly random: number;
}

/** The verdict on one end, with a reason that a person understands. */
export function judgeEnd(settings: RestartSettings, memory: RestartMemory, ending: Ending): Verdict {
  const { end } = ending;
  const what = describeEnd(end);
  if (end.kind === 'stopped-by-user') return { action: 'finish', reason: 'stopped by you' };
  const clean = end.kind === 'exited' && end.code === 0;
  if (clean && settings.policy !== 'always') return { action: 'finish', reason: 'finished (exit 0)' };
  if (HOPELESS.has(end.kind)) return { action: 'give-up', reason: what };
  if (settings.policy === 'no') return { action: 'give-up', reason: `${what}, and restart is "no"` };
  if (end.kind === 'usage-limit') return park(end, what);

  const counts = !clean || ending.uptimeMs < SHORT_RUN_MS;
  const recent = memory.restartedAtMs.filter((at) => ending.nowMs - at < settings.windowMs);
  if (counts && recent.length >= settings.maxRestarts) {
    return { action: 'give-up', reason: gaveUpReason(what, settings, recent, ending.nowMs) };
  }
  const inARow = ending.uptimeMs >= settings.stableAfterMs ? 0 : memory.inARow;
  const delayMs = backOffMs(settings, inARow, ending.random);
  return {
    action: 'restart',
    delayMs,
    reason: `${what}, restarts${delayMs > 0 ? ` in ${delayMs} ms` : ''}`,
    memory: { restartedAtMs: counts ? [...recent, ending.nowMs] : recent, inARow: inARow + 1 },
  };
}

/** Waiting for a reset is no failure: it spends no restart, and the row of restarts stays as it is. */
function park(end: End, what: string): Verdict {
  const until = parkUntil(end, UNKNOWN_LIMIT_MS);
  return { action: 'park', until, reason: `${what}, starts again at ${until}` };
}

/** When a parked agent starts again (ISO 8601): at the reset, or after `unknownMs` where nobody knows when that is. */
export function parkUntil(end: End, unknownMs: number): string {
  const endedMs = Date.parse(end.at);
  const resetMs = Date.parse(end.until ?? '');
  const untilMs = Number.isNaN(resetMs) ? endedMs + unknownMs : Math.max(resetMs, endedMs + SHORTEST_PARK_MS);
  return new Date(untilMs).toISOString();
}

/**
 * Exponential back-off with jitter and cap: 0, base, 2·base, 4·base … each spread by up to ±20 %, so that
 * a first crash is mended at once and a crash loop does not burn the machine.
 */
export function backOffMs(settings: RestartSettings, inARow: number, random: number): number {
  if (inARow === 0) return 0;
  const full = Math.min(settings.maxDelayMs, settings.baseDelayMs * 2 ** Math.min(inARow - 1, 30));
  return Math.min(settings.maxDelayMs, Math.round(full * (0.8 + 0.4 * random)));
}

function gaveUpReason(what: string, settings: RestartSettings, recent: readonly number[], nowMs: number): string {
  if (settings.maxRestarts === 0) return `${what}, and no restart is allowed`;
  const seconds = Math.max(1, Math.ceil((nowMs - (recent[0] ?? nowMs)) / 1000));
  return `${what}, ${recent.length + 1} times in ${seconds} s`;
}
