/** What a Claude Code session does, from what is known of it (mind.ts). Pure. */
import type { Activity } from '../../core/activity.ts';
import { unreachable } from '../../core/errors.ts';
import { mayGoOn, type Ask, type Mind } from './mind.ts';

/** After Stop the session file says within a tenth of a second whether another prompt follows. */
const SETTLES_MS = 5000;
/** Where there is no session file, so long without a further hook counts as rest. */
const SETTLES_ALONE_MS = 1000;
/** A question that only the session file tells of: within this time comes the hook that has its text, if there is one. */
const HOOK_FOLLOWS_MS = 500;
/** A prompt that it was started with is taken up within a second of its start, and within several on a loaded machine. */
const TAKES_UP_MS = 15_000;

/** `nowMs`: wall clock. */
export function activityOf(mind: Mind, nowMs: number): Activity {
  const [ask] = mind.asks;
  if (ask !== undefined && !isToCome(ask, nowMs)) {
    const more = mind.asks.length > 1 ? ` (and ${mind.asks.length - 1} more)` : '';
    return activity('waiting', { ...ask, detail: `${ask.text}${more}` });
  }
  const { at, evidence } = mind;
  switch (mind.phase) {
    case 'starting':
      return mind.start ? { ...mind.start, source: 'screen', until: null } : activity('unknown', { at, evidence, source: 'process' });
    case 'prompted':
      return nowMs < settlesAtMs(mind) ? activity('working', { at, evidence, detail: 'takes up its first prompt' }) : activity('idle', { at, evidence });
    case 'idle':
      return activity('idle', { at, evidence });
    case 'working':
      return activity('working', { at, evidence, detail: toolsOf(mind) });
    case 'compacting':
      return activity('working', { at, evidence, detail: 'compacting' });
    case 'background':
      return activity('working', { at, evidence, detail: backgroundOf(mind) });
    case 'turn-over':
      return nowMs < settlesAtMs(mind) ? activity('working', { at, evidence, detail: 'ends its turn' }) : activity('idle', { at, evidence });
    case 'error':
      return activity('error', { at, evidence, detail: mind.message });
    case 'limited':
      return activity('limited', { at, evidence, detail: mind.message, until: mind.until });
    default:
      return unreachable(mind.phase);
  }
}

/** When something counts though nothing more is heard, a question or the rest after a turn, in wall-clock milliseconds; otherwise null. */
export function settlesAt(mind: Mind): number | null {
  const [ask] = mind.asks;
  if (ask !== undefined) return ask.key === 'session' ? Date.parse(ask.at) + HOOK_FOLLOWS_MS : null;
  return mind.phase === 'turn-over' || mind.phase === 'prompted' ? settlesAtMs(mind) : null;
}

/** Its text is on its way, perhaps. A clock that was set back hides no question. */
function isToCome({ key, at }: Ask, nowMs: number): boolean {
  const ageMs = nowMs - Date.parse(at);
  return key === 'session' && ageMs >= 0 && ageMs < HOOK_FOLLOWS_MS;
}

function settlesAtMs(mind: Mind): number {
  const { at, session } = mind;
  const endedMs = Date.parse(at);
  if (mind.phase === 'prompted') return endedMs + TAKES_UP_MS;
  if (session === null) return endedMs + SETTLES_ALONE_MS;
  const saidMs = Date.parse(session.at);
  return mayGoOn(mind) && session.status === 'idle' && saidMs >= endedMs ? saidMs + SETTLES_ALONE_MS : endedMs + SETTLES_MS;
}

type Said = Pick<Activity, 'at' | 'evidence' | 'detail' | 'source' | 'until'>;

function activity(status: Activity['status'], { at, evidence, detail = null, source, until = null }: Said): Activity {
  return { status, evidence, at, detail, source: source ?? (evidence.startsWith('session') ? 'session' : 'hook'), until };
}

/** The tool that was begun last, and how many more. */
function toolsOf({ tools }: Mind): string | null {
  const names = Object.values(tools);
  const last = names.at(-1);
  if (last === undefined) return null;
  return names.length > 1 ? `${last} (and ${names.length - 1} more)` : last;
}

function backgroundOf({ background }: Mind): string {
  const tasks = Object.values(background);
  return tasks.length === 1 ? `waits for ${tasks[0]}` : `waits for ${tasks.length} background tasks`;
}
