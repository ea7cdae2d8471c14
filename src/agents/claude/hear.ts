/** How a hook call changes what is known of a Claude Code session. Pure. */
import { textOf, type HookRecord } from './hook-record.ts';
import { isAtRest, nothingRuns, type Ask, type Mind } from './mind.ts';
import { oneLine, questionOf } from './question.ts';

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

function turnTo(mind: Mind, phase: Mind['phase'], hook: HookRecord): Mind {
  const evidence = `hook ${hook.event}`;
  return { ...mind, phase, at: hook.at, evidence, message: null, until: null };
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
