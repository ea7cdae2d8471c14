/**
 * Reads one line of Claude Code's transcript (`projects/<folder>/<session>.jsonl`) into facts: what was said, which tool
 * was called and what came of it, what it used. Lines of other versions and of kinds that are not known give none.
 */
import type { MessageUsage, ModelTotal } from '../../core/cost.ts';
import { countIn, isObject, objectIn, parseObject, textIn } from './json-lines.ts';
import { tokensOfUsage, totalsOf } from './usage.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Why a call of the API failed, as far as the program says. */
export interface ApiFailure {
  /** Claude Code's word: `rate_limit`, `authentication_failed`, `overloaded` … */
  readonly error: string;
  readonly status: number | null;
  /** A usage limit of the account, not a passing refusal. */
  readonly isUsageLimit: boolean;
  /** When the limit ends, milliseconds since 1970; null where it is not said. */
  readonly resetsAtMs: number | null;
  /** What the program showed. */
  readonly text: string;
}

export type TranscriptFact = { readonly at: string | null; readonly sessionId: string; readonly isSide: boolean } & (
  | { readonly kind: 'prompt'; readonly text: string }
  | { readonly kind: 'said'; readonly text: string; readonly model: string | null }
  | { readonly kind: 'tool'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly kind: 'outcome'; readonly toolId: string; readonly failed: boolean; readonly text: string }
  | { readonly kind: 'failure'; readonly failure: ApiFailure }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'usage'; readonly usage: MessageUsage }
  | { readonly kind: 'totals'; readonly totals: readonly ModelTotal[] }
);

/** What stands for messages that no model wrote. */
const SYNTHETIC = '<synthetic>';

/** The facts of one line, in the order in which they stand there. */
export function factsOf(line: string): TranscriptFact[] {
  const fields = parseObject(line);
  if (fields === undefined) return [];
  const place = {
    at: textIn(fields, 'timestamp') ?? null,
    sessionId: textIn(fields, 'sessionId') ?? textIn(fields, 'session_id') ?? '',
    isSide: fields['isSidechain'] === true,
  };
  return contentOf(fields, place.sessionId, place.at).map((fact) => ({ ...place, ...fact }));
}

type Content = TranscriptFact extends infer F ? (F extends TranscriptFact ? Omit<F, 'at' | 'sessionId' | 'isSide'> : never) : never;

function contentOf(fields: Fields, sessionId: string, at: string | null): Content[] {
  switch (fields['type']) {
    case 'user':
      return fields['isMeta'] === true ? outcomesOf(fields) : [...outcomesOf(fields), ...promptsOf(fields)];
    case 'assistant':
      return assistantOf(fields, sessionId, at);
    case 'system':
      return noteOf(fields);
    case 'cost-state':
      return [{ kind: 'totals', totals: totalsOf(fields['modelUsage'], fields['hasUnknownModelCost'] === true) }];
    default:
      return [];
  }
}

function blocksOf(fields: Fields): Fields[] {
  const content = objectIn(fields, 'message')['content'];
  return Array.isArray(content) ? content.filter(isObject) : [];
}

function promptsOf(fields: Fields): Content[] {
  const content = objectIn(fields, 'message')['content'];
  const texts = typeof content === 'string' ? [content] : blocksOf(fields).flatMap((block) => shownOf(block));
  const text = asTyped(texts.join('\n'));
  return text.trim() === '' ? [] : [{ kind: 'prompt', text }];
}

/** What a command of Claude Code is written down as, put back into what was typed: `/clear`. */
const COMMAND = /^<command-name>(\/[^<\n]+)<\/command-name>\s*(?:<command-message>[^<]*<\/command-message>\s*)?(?:<command-args>([^]*?)<\/command-args>)?\s*$/;

function asTyped(text: string): string {
  const [, name, args = ''] = COMMAND.exec(text) ?? [];
  return name === undefined ? text : `${name} ${args}`.trim();
}

function shownOf(block: Fields): string[] {
  if (block['type'] === 'text') return [textIn(block, 'text') ?? ''];
  return block['type'] === 'image' || block['type'] === 'document' ? [`[${block['type']}]`] : [];
}

function outcomesOf(fields: Fields): Content[] {
  return blocksOf(fields).flatMap((block) => {
    const toolId = textIn(block, 'tool_use_id');
    if (block['type'] !== 'tool_result' || toolId === undefined) return [];
    return [{ kind: 'outcome' as const, toolId, failed: block['is_error'] === true, text: resultText(block['content']) }];
  });
}

function resultText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.filter(isObject).flatMap((block) => shownOf(block)).join('\n');
}

function assistantOf(fields: Fields, sessionId: string, at: string | null): Content[] {
  const message = objectIn(fields, 'message');
  const model = textIn(message, 'model') ?? null;
  const failure = failureOf(fields);
  if (failure) return [{ kind: 'failure', failure }];
  const said = blocksOf(fields).flatMap((block): Content[] => blockOf(block, model));
  const usage = usageOf(message, model, sessionId, at);
  return usage === undefined ? said : [...said, { kind: 'usage', usage }];
}

function blockOf(block: Fields, model: string | null): Content[] {
  if (block['type'] === 'text') return [{ kind: 'said', text: textIn(block, 'text') ?? '', model }];
  const id = textIn(block, 'id');
  if (block['type'] !== 'tool_use' || id === undefined) return [];
  return [{ kind: 'tool', id, name: textIn(block, 'name') ?? 'tool', input: block['input'] }];
}

function usageOf(message: Fields, model: string | null, sessionId: string, at: string | null): MessageUsage | undefined {
  const id = textIn(message, 'id');
  if (id === undefined || model === null || model === SYNTHETIC || at === null || !isObject(message['usage'])) return undefined;
  return { id, sessionId, model, at, tokens: tokensOfUsage(message['usage']) };
}

/** An answer that is no answer: in a transcript `isApiErrorMessage`, in stream-json `is_api_error_message`. */
export function failureOf(fields: Fields): ApiFailure | undefined {
  if (fields['isApiErrorMessage'] !== true && fields['is_api_error_message'] !== true) return undefined;
  const parameters = isObject(fields['apiErrorParams']) ? fields['apiErrorParams'] : objectIn(fields, 'api_error_params');
  const info = objectIn(parameters, 'rate_limit_info');
  const status = countIn(fields, 'apiErrorStatus') || countIn(fields, 'api_error_status');
  const resets = countIn(info, 'resetsAt');
  const word = textIn(fields, 'apiError') ?? textIn(fields, 'api_error');
  return {
    error: textIn(fields, 'error') ?? 'unknown',
    status: status === 0 ? null : status,
    isUsageLimit: word === 'usage_limit_reached' || info['status'] === 'rejected',
    resetsAtMs: resets === 0 ? null : resets * 1000,
    text: blocksOf(fields).flatMap((block) => shownOf(block)).join('\n'),
  };
}

const NOTES: Readonly<Record<string, string>> = { compact_boundary: 'the conversation was compacted' };

function noteOf(fields: Fields): Content[] {
  const text = NOTES[textIn(fields, 'subtype') ?? ''];
  return text === undefined ? [] : [{ kind: 'note', text }];
}
