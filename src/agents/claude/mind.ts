/**
 * What is known of a Claude Code session, and how each hook call and each look at its session file changes it. Pure:
 * a stream of calls that was recorded can be replayed. What it comes to is activity.ts.
 *
 * Hooks say what happens, but not all of it: an interrupt with Esc fires none, and a prompt that was typed during a
 * turn fires its own before that turn ends. The session file says busy, idle or waiting, and nothing more. Of the two
 * the newer word counts.
 */
import { textOf, type HookRecord } from './hook-record.ts';
import { oneLine, questionOf } from './question.ts';
import type { ScreenFinding } from '../screen-rules.ts';
import type { SessionFact } from './session-file.ts';

type Phase =
  /** the program runs and has not said a word */
  | 'starting'
  /** it is up, and has not taken up the prompt that it was started with */
  | 'prompted'
  | 'idle'
  | 'working'
  | 'compacting'
  /** Stop was called; whether another prompt follows is not known yet */
  | 'turn-over'
  /** the turn is over, and subagents or shells go on */
  | 'background'
  | 'error'
  | 'limited';

interface Ask {
  /** Tells the asks of one session apart. */
  readonly key: string;
  readonly text: string;
  readonly at: string;
  readonly evidence: string;
}

export interface Mind {
  readonly generation: number;
  /** Null until the first call. */
  readonly sessionId: string | null;
  readonly phase: Phase;
  /** Since when it is so, and how that is known. */
  readonly at: string;
  readonly evidence: string;
  /** Names of the tools that run, by the id of their use. */
  readonly tools: Readonly<Record<string, string>>;
  /** Open questions, oldest first. */
  readonly asks: readonly Ask[];
  /** What goes on after the turn: a few words each, by its id. */
  readonly background: Readonly<Record<string, string>>;
  /** Prompts that were typed during the turn: another turn may follow it, with no hook at its beginning. */
  readonly queued: number;
  /** Of an error or a limit. */
  readonly message: string | null;
  /** ISO 8601, UTC: when a limit is over, where that was said. */
  readonly until: string | null;
  /** When the last hook was called; null before the first. */
  readonly heardAt: string | null;
  readonly session: SessionFact | null;
  /** It was started with a prompt, and has not taken it up. */
  readonly promptGiven?: boolean;
  /** What its screen shows while no hook was called yet; absent where it shows nothing that is known. */
  readonly start?: (ScreenFinding & { readonly at: string }) | null;
}

export function newMind(generation: number, at: string, promptGiven = false): Mind {
  return {
    generation,
    promptGiven,
    sessionId: null,
    phase: 'starting',
    at,
    evidence: 'its program was started',
    tools: {},
    asks: [],
    background: {},
    queued: 0,
    message: null,
    until: null,
    heardAt: null,
    session: null,
  };
}

/** The session file is written within this time of the Stop hook, sometimes just before. */
const SLACK_MS = 20;

/** The mind after one hook call. */
export function hear(mind: Mind, hook: HookRecord): Mind {
  if (hook.event === 'StatusLine') return mind;
  const heard = { ...mind, start: null, heardAt: hook.at, sessionId: hook.sessionId === '' ? mind.sessionId : hook.sessionId };
  return follow(heard, hook);
}

function follow(mind: Mind, hook: HookRecord): Mind {
  switch (hook.event) {
    case 'SessionStart':
      // After a compaction it goes on with what it did.
      return hook.payload['source'] === 'compact' ? mind : turnTo(nothingRuns(mind), mind.promptGiven ? 'prompted' : 'idle', hook);
    case 'UserPromptSubmit':
      return prompted(mind, hook);
    case 'PreToolUse':
      return toolBegins(mind, hook);
    case 'PostToolUse':
    case 'PostToolUseFailure':
    case 'PermissionDenied':
      return toolEnds(mind, hook);
    case 'PermissionRequest':
    case 'Elicitation':
      return asks(mind, askOf(hook));
    case 'ElicitationResult':
      return answered(mind, 'elicitation');
    case 'Notification':
      return notified(mind, hook);
    case 'Stop':
    case 'StopFailure':
      return turnEnds(mind, hook);
    case 'SubagentStop':
      return taskEnds(mind, hook);
    case 'PreCompact':
      return turnTo(mind, 'compacting', hook);
    case 'PostCompact':
      return turnTo(mind, hook.payload['trigger'] === 'manual' ? 'turn-over' : 'working', hook);
    case 'SubagentStart':
    case 'PostModelSwitch':
    case 'SessionEnd':
    case 'StatusLine':
      return mind;
  }
}

/** The mind after a look at the screen of a program that has called no hook yet. */
export function seeStart(mind: Mind, found: ScreenFinding | null, at: string): Mind {
  if (mind.phase !== 'starting') return mind;
  const { start = null } = mind;
  if (found?.status === start?.status && found?.detail === start?.detail) return mind;
  return { ...mind, start: found && { ...found, at } };
}

/** Has it been heard of, or seen to work? Until then only its screen tells. */
export function isStarting({ phase, asks: open }: Mind): boolean {
  return phase === 'starting' && open.length === 0;
}

/** The mind after a look at the session file. What is older than the last hook changes nothing. */
export function see(mind: Mind, session: SessionFact): Mind {
  const { session: last } = mind;
  if (last !== null && last.at === session.at && last.status === session.status && last.sessionId === session.sessionId) return mind;
  const seen = { ...mind, session, sessionId: mind.sessionId ?? session.sessionId };
  const slackMs = session.status === 'idle' || session.status === 'shell' ? SLACK_MS : 0;
  if (mind.heardAt !== null && Date.parse(session.at) + slackMs <= Date.parse(mind.heardAt)) return seen;
  const evidence = { at: session.at, evidence: `session file: ${session.status}` };
  switch (session.status) {
    case 'busy':
      return mind.phase === 'compacting' || isWorking(mind) ? { ...seen, asks: [] } : { ...seen, asks: [], queued: 0, phase: 'working', ...evidence };
    case 'waiting':
      return mind.asks.length > 0 ? seen : { ...seen, asks: [{ key: 'session', text: session.waitingFor ?? 'something', ...evidence }] };
    case 'shell':
      return mind.phase === 'background' ? seen : { ...nothingRuns(seen), background: { shell: 'a shell' }, phase: 'background', ...evidence };
    case 'idle':
      if (mind.phase === 'starting' && mind.promptGiven) return { ...seen, phase: 'prompted', ...evidence };
      // Between two turns it says so for a tenth of a second, and what went on in the background wakes it when it ends.
      if (mind.phase === 'background') return { ...nothingRuns(seen), queued: 1, phase: 'turn-over', ...evidence };
      return isAtRest(mind) || mayGoOn(mind) || mind.phase === 'prompted' ? seen : { ...nothingRuns(seen), phase: 'idle', ...evidence };
  }
}

function isWorking({ phase, asks: open }: Mind): boolean {
  return phase === 'working' && open.length === 0;
}

/** That nothing happens is no news; an error or a limit says why, and stays until something does. */
function isAtRest({ phase, asks: open }: Mind): boolean {
  return (phase === 'idle' || phase === 'error' || phase === 'limited') && open.length === 0;
}

/** The turn is over, but prompts were typed meanwhile. */
export function mayGoOn({ phase, queued }: Mind): boolean {
  return phase === 'turn-over' && queued > 0;
}

function turnTo(mind: Mind, phase: Phase, hook: HookRecord): Mind {
  const evidence = `hook ${hook.event}`;
  return { ...mind, phase, at: hook.at, evidence, message: null, until: null };
}

function nothingRuns(mind: Mind): Mind {
  return { ...mind, tools: {}, asks: [], background: {} };
}

function prompted(mind: Mind, hook: HookRecord): Mind {
  const isDuringTurn = mind.phase === 'working' || mind.phase === 'compacting';
  return isDuringTurn ? { ...mind, asks: [], queued: mind.queued + 1 } : turnTo({ ...nothingRuns(mind), queued: 0, promptGiven: false }, 'working', hook);
}

/** A subagent that outlives the turn uses tools too: the session is no less at rest for that. */
function isInBackground(mind: Mind, hook: HookRecord): boolean {
  return typeof hook.payload['agent_id'] === 'string' && mind.phase !== 'working' && mind.phase !== 'compacting';
}

function toolBegins(mind: Mind, hook: HookRecord): Mind {
  const tool = textOf(hook.payload['tool_name']) ?? 'a tool';
  if (isInBackground(mind, hook)) return mind;
  const using = { ...mind, tools: { ...mind.tools, [textOf(hook.payload['tool_use_id']) ?? tool]: tool } };
  const working = turnTo(using, 'working', hook);
  return tool === 'AskUserQuestion' ? asks(working, askOf(hook)) : working;
}

/** The end of a tool that is not known to run comes late, from a turn that was interrupted. */
function toolEnds(mind: Mind, hook: HookRecord): Mind {
  const settled = answered(mind, keyOf(hook));
  const id = textOf(hook.payload['tool_use_id']) ?? '';
  if (!(id in mind.tools)) return settled;
  const { [id]: _ended, ...tools } = settled.tools;
  return turnTo({ ...settled, tools }, 'working', hook);
}

function keyOf({ payload }: HookRecord): string {
  return `${String(payload['tool_name'])} ${JSON.stringify(payload['tool_input'] ?? null)}`;
}

function askOf(hook: HookRecord): Ask {
  const { payload, event, at } = hook;
  const tool = textOf(payload['tool_name']);
  const evidence = `hook ${event}`;
  if (tool === undefined) return { key: 'elicitation', text: oneLine(textOf(payload['message']) ?? 'an answer'), at, evidence };
  return { key: keyOf(hook), text: questionOf(tool, payload['tool_input']), at, evidence };
}

function asks(mind: Mind, ask: Ask): Mind {
  const others = mind.asks.filter(({ key }) => key !== ask.key && key !== 'session' && key !== 'notification');
  const known = mind.asks.find(({ key }) => key === ask.key);
  return { ...mind, asks: [...others, known ?? ask] };
}

function answered(mind: Mind, key: string): Mind {
  return mind.asks.some((ask) => ask.key === key) ? { ...mind, asks: mind.asks.filter((ask) => ask.key !== key) } : mind;
}

function notified(mind: Mind, hook: HookRecord): Mind {
  const type = textOf(hook.payload['notification_type']) ?? '';
  if (type === 'idle_prompt') return isAtRest(mind) ? mind : turnTo(nothingRuns(mind), 'idle', hook);
  if (!/permission|needs_input|elicitation/.test(type) || mind.asks.length > 0) return mind;
  const text = oneLine(textOf(hook.payload['message']) ?? 'something');
  return { ...mind, asks: [{ key: 'notification', text, at: hook.at, evidence: `hook Notification (${type})` }] };
}

function turnEnds(mind: Mind, hook: HookRecord): Mind {
  const rested = { ...nothingRuns(mind), background: backgroundOf(hook) };
  if (hook.event === 'Stop') return turnTo(rested, Object.keys(rested.background).length > 0 ? 'background' : 'turn-over', hook);
  const error = textOf(hook.payload['error']) ?? 'unknown';
  const said = oneLine(textOf(hook.payload['last_assistant_message']) ?? textOf(hook.payload['error_details']) ?? error);
  const evidence = `hook StopFailure (${error})`;
  return { ...turnTo(rested, error === 'rate_limit' ? 'limited' : 'error', hook), evidence, message: said };
}

/** The transcript says more of a limit than the hook does: when it is over. */
export function limitedUntil(mind: Mind, until: string): Mind {
  return mind.phase === 'limited' || mind.phase === 'error' ? { ...mind, phase: 'limited', until } : mind;
}

function backgroundOf({ payload }: HookRecord): Record<string, string> {
  const tasks: unknown[] = Array.isArray(payload['background_tasks']) ? payload['background_tasks'] : [];
  const running = tasks.filter((task) => typeof task === 'object' && task !== null && (task as { status?: unknown }).status === 'running');
  return Object.fromEntries((running as Record<string, unknown>[]).map(({ id, type, description }) => [String(id), oneLine(`${String(type)} ${textOf(description) ?? ''}`)]));
}

/** The last one's end wakes the session: a prompt of its own follows at once. */
function taskEnds(mind: Mind, hook: HookRecord): Mind {
  const id = textOf(hook.payload['agent_id']) ?? '';
  if (mind.phase !== 'background' || !(id in mind.background)) return mind;
  const { [id]: _ended, ...background } = mind.background;
  const left = { ...mind, background };
  return Object.keys(background).length > 0 ? left : turnTo({ ...left, queued: 1 }, 'turn-over', hook);
}
