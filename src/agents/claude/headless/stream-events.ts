/** Reads a line of Claude Code's stream-json output. What other versions send and what is not needed gives nothing. */
import type { ModelTotal } from '../../../core/cost.ts';
import type { HeadlessResult } from '../../../core/headless.ts';
import { countIn, isObject, objectIn, parseObject, textIn } from '../json-lines.ts';
import { failureOf, factsOf, type ApiFailure, type TranscriptFact } from '../transcript-facts.ts';
import { totalsOf } from '../usage.ts';

type Fields = Readonly<Record<string, unknown>>;

export type StreamEvent =
  | { readonly kind: 'init'; readonly sessionId: string; readonly model: string }
  | { readonly kind: 'lifecycle'; readonly id: string; readonly state: string }
  /** Said, called, came out: as in a transcript. */
  | { readonly kind: 'facts'; readonly facts: readonly TranscriptFact[]; readonly isSubagent: boolean }
  | { readonly kind: 'replay'; readonly id: string }
  | { readonly kind: 'question'; readonly id: string; readonly tool: string; readonly input: unknown }
  | { readonly kind: 'withdrawn'; readonly id: string }
  | { readonly kind: 'failure'; readonly failure: ApiFailure }
  | { readonly kind: 'limit'; readonly resetsAtMs: number }
  | { readonly kind: 'retry'; readonly text: string }
  | { readonly kind: 'background'; readonly tasks: number }
  | { readonly kind: 'result'; readonly result: Omit<HeadlessResult, 'at' | 'generation'>; readonly totals: readonly ModelTotal[] };

export function streamEventOf(line: string): StreamEvent | undefined {
  const fields = parseObject(line);
  switch (fields?.['type']) {
    case 'system':
      return systemOf(fields);
    case 'assistant':
    case 'user':
      return messageOf(fields, line);
    case 'command_lifecycle':
      return { kind: 'lifecycle', id: textIn(fields, 'command_uuid') ?? '', state: textIn(fields, 'state') ?? '' };
    case 'control_request':
      return questionOf(fields);
    case 'control_cancel_request':
      return { kind: 'withdrawn', id: textIn(fields, 'request_id') ?? '' };
    case 'rate_limit_event':
      return limitOf(objectIn(fields, 'rate_limit_info'));
    case 'result':
      return resultOf(fields);
    default:
      return undefined;
  }
}

function systemOf(fields: Fields): StreamEvent | undefined {
  switch (fields['subtype']) {
    case 'init':
      return { kind: 'init', sessionId: textIn(fields, 'session_id') ?? '', model: textIn(fields, 'model') ?? '' };
    case 'background_tasks_changed': {
      const tasks = fields['tasks'];
      return { kind: 'background', tasks: Array.isArray(tasks) ? tasks.length : 0 };
    }
    case 'api_retry':
      return { kind: 'retry', text: `the API does not answer (${countIn(fields, 'error_status') || 'no connection'}), try ${countIn(fields, 'attempt')}` };
    default:
      return undefined;
  }
}

function messageOf(fields: Fields, line: string): StreamEvent {
  if (fields['isReplay'] === true) return { kind: 'replay', id: textIn(fields, 'uuid') ?? '' };
  const failure = failureOf(fields);
  if (failure) return { kind: 'failure', failure };
  return { kind: 'facts', facts: factsOf(line), isSubagent: textIn(fields, 'parent_tool_use_id') !== undefined };
}

function questionOf(fields: Fields): StreamEvent | undefined {
  const request = objectIn(fields, 'request');
  if (request['subtype'] !== 'can_use_tool') return undefined;
  const tool = textIn(request, 'tool_name') ?? 'tool';
  return { kind: 'question', id: textIn(fields, 'request_id') ?? '', tool, input: request['input'] };
}

function limitOf(info: Fields): StreamEvent | undefined {
  const resets = countIn(info, 'resetsAt');
  return info['status'] === 'rejected' && resets > 0 ? { kind: 'limit', resetsAtMs: resets * 1000 } : undefined;
}

function resultOf(fields: Fields): StreamEvent {
  const errors = fields['errors'];
  const status = countIn(fields, 'api_error_status');
  const denials = fields['permission_denials'];
  const said = textIn(fields, 'result') ?? (Array.isArray(errors) ? errors.filter((each) => typeof each === 'string').join('\n') : '');
  const result = {
    isError: fields['is_error'] === true,
    subtype: textIn(fields, 'subtype') ?? 'unknown',
    terminalReason: textIn(fields, 'terminal_reason') ?? null,
    text: said,
    turns: countIn(fields, 'num_turns'),
    sessionUsd: countIn(fields, 'total_cost_usd'),
    durationMs: countIn(fields, 'duration_ms'),
    sessionId: textIn(fields, 'session_id') ?? '',
    apiErrorStatus: status === 0 ? null : status,
    denials: Array.isArray(denials) ? denials.filter(isObject).map((denial) => textIn(denial, 'tool_name') ?? 'tool') : [],
  };
  return { kind: 'result', result, totals: totalsOf(fields['modelUsage'], false) };
}
