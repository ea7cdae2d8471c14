/**
 * One hook call of Claude Code as `scripts/agent-hook.sh` took it down, and how its file is read. Pure; what the calls
 * mean is activity.ts, where the files lie and when they are read is the daemon's.
 */
import { parseCutOff } from './cut-off-json.ts';

/** The hooks that muxward asks for; `StatusLine` is none of Claude Code's, but comes the same way. */
export const HOOK_EVENTS = [
  'SessionStart',
  'SessionEnd',
  'UserPromptSubmit',
  'PreToolUse',
  'PostToolUse',
  'PostToolUseFailure',
  'PermissionRequest',
  'PermissionDenied',
  'Notification',
  'Elicitation',
  'ElicitationResult',
  'Stop',
  'StopFailure',
  'SubagentStart',
  'SubagentStop',
  'PreCompact',
  'PostCompact',
  'PostModelSwitch',
  'StatusLine',
] as const;

export type HookEvent = (typeof HOOK_EVENTS)[number];

export interface HookRecord {
  /** Names this call among all of its agent: whoever counts knows by it what was counted already. */
  readonly id: string;
  readonly event: HookEvent;
  /** The conversation; it changes with /clear. Empty where the call does not say. */
  readonly sessionId: string;
  /** The prompt that the call belongs to, null where it belongs to none. */
  readonly promptId: string | null;
  /** ISO 8601, UTC: when it was written down. */
  readonly at: string;
  /** Of the agent's process that called. */
  readonly generation: number;
  /** What Claude Code sent. Of one beyond 1 MiB the last part is missing. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** `unfinished`: the script still writes, or was killed. `garbage`: it will never be a call. */
export type ReadHook = HookRecord | 'unfinished' | 'garbage';

const HEAD = /^muxward-hook 1 (\d+) (\w+)$/;
const TAIL = '\nend\n';

/** Reads the content of one file of `hooks.d`. With `isOld` the script is gone, and what there is must do. */
export function readHook(id: string, content: string, at: string, isOld = false): ReadHook {
  const isWhole = content.endsWith(TAIL);
  if (!isWhole && !isOld) return 'unfinished';
  const headEnd = content.indexOf('\n');
  const head = HEAD.exec(content.slice(0, Math.max(0, headEnd)));
  const event = HOOK_EVENTS.find((known) => known === head?.[2]);
  if (!head || event === undefined) return 'garbage';
  const payload = parseCutOff(content.slice(headEnd + 1, isWhole ? -TAIL.length : undefined));
  if (payload === undefined) return 'garbage';
  return {
    id,
    event,
    sessionId: textOf(payload['session_id']) ?? '',
    promptId: textOf(payload['prompt_id']) ?? null,
    at,
    generation: Number(head[1]),
    payload,
  };
}

/** A field that should be a text, or undefined: payloads come from another program. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
