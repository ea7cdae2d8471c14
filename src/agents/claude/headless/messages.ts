/** What a host says to Claude Code on its stream-json input. */
import { isObject } from '../json-lines.ts';
import type { Decision } from './inbox.ts';
import type { HeadlessQuestion } from './status.ts';

export function userMessage(id: string, text: string): object {
  return { type: 'user', uuid: id, message: { role: 'user', content: text } };
}

export function interruptRequest(id: string): object {
  return { type: 'control_request', request_id: id, request: { subtype: 'interrupt' } };
}

/** A permission is given with the input as it was asked for; a question of the model is answered in its own form. */
export function permissionResponse({ id, input }: HeadlessQuestion, { allow, text, answers }: Decision): object {
  const fields = isObject(input) ? input : {};
  const answered = answers === undefined ? fields : { ...fields, answers };
  const response = allow ? { behavior: 'allow', updatedInput: answered } : { behavior: 'deny', message: text === '' ? 'The user refused this.' : text };
  return { type: 'control_response', response: { subtype: 'success', request_id: id, response } };
}

/** What can be chosen for the first question of AskUserQuestion. */
export function optionsOf(input: unknown): string[] {
  const [first] = isObject(input) && Array.isArray(input['questions']) ? input['questions'].filter(isObject) : [];
  const options = Array.isArray(first?.['options']) ? first['options'].filter(isObject) : [];
  return options.flatMap(({ label }) => (typeof label === 'string' ? [label] : []));
}
