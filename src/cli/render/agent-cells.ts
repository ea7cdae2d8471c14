/** An agent's fields as the words of a table. */
import type { Agent } from '../../core/agent.ts';
import { isLive, isRunning, type State } from '../../core/state.ts';
import { formatDuration, formatSize } from '../../core/units.ts';
import type { Look } from './look.ts';
import type { Palette } from './palette.ts';
import { safeLine } from './safe-text.ts';

const SYMBOLS: Readonly<Record<State, string>> = {
  created: '○',
  spawning: '◐',
  ready: '●',
  executing: '●',
  waiting: '◐',
  paused: '○',
  terminating: '◐',
  terminated: '○',
  failed: '✘',
};

/** `●`, `◐`, `○` or `✘`, in the state's colour. */
export function symbolCell({ state }: Agent, palette: Palette): string {
  return paintState(state, SYMBOLS[state], palette);
}

export function stateCell({ state }: Agent, palette: Palette): string {
  return paintState(state, state, palette);
}

function paintState(state: State, text: string, palette: Palette): string {
  if (state === 'failed') return palette.bad(text);
  if (state === 'waiting') return palette.attention(text);
  if (state === 'ready' || state === 'executing') return palette.good(text);
  return palette.faint(text);
}

/** `working · Edit · 3s`, `asks "run npm test?" · 2m`. */
export function activityCell({ state, activity }: Agent, none: string, nowMs: number): string {
  const { status, detail, at, until } = activity;
  const said = safeLine(detail ?? '');
  if (!isRunning(state) || (status === 'unknown' && said === '')) return none;
  if (status === 'waiting') return [said === '' ? 'asks' : `asks "${said}"`, ago(at, nowMs)].filter((part) => part !== '').join(' ');
  const end = until === undefined || until === null ? '' : `until ${until.slice(11, 16)} UTC`;
  return [status, said, end, ago(at, nowMs)].filter((part) => part !== '').join(' · ');
}

export function healthCell({ state, health }: Agent, look: Look): string {
  if (health.status === 'none' || !isLive(state)) return look.none;
  if (health.status === 'unhealthy') return look.palette.bad(`unhealthy (${health.failures})`);
  return health.status === 'healthy' ? look.palette.good('healthy') : health.status;
}

export function cpuCell({ resources }: Agent, none: string): string {
  return resources.cpuPercent === null ? none : `${Math.round(resources.cpuPercent)} %`;
}

export function memoryCell({ resources }: Agent, none: string): string {
  return resources.rssBytes === null ? none : formatSize(resources.rssBytes);
}

/** How long its process runs. */
export function uptimeCell({ state, startedAt }: Agent, none: string, nowMs: number): string {
  return startedAt !== null && isRunning(state) ? formatDuration(nowMs - Date.parse(startedAt)) : none;
}

/** Why it is not running; empty where it is. */
export function noteCell({ state, reason }: Agent, palette: Palette): string {
  if (isRunning(state)) return '';
  const said = safeLine(reason);
  return state === 'failed' ? palette.bad(said) : palette.faint(said);
}

/** `3s`, `2h 3m`; empty for null. */
export function ago(at: string | null, nowMs: number): string {
  return at === null ? '' : formatDuration(nowMs - Date.parse(at));
}
