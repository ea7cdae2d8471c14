/**
 * What a PermissionRequest hook of Claude Code asks, and the decision that answers it. Its questions to the user
 * (AskUserQuestion) come the same way: they are answered by allowing the tool with the answers filled in. Pure.
 */
import { MuxwardError } from '../../core/errors.ts';
import type { AgentQuestion, Ask } from '../../core/question.ts';

export interface PermissionRequest {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly at: string;
}

export interface Answer {
  /** What the hook prints. */
  readonly decision: string;
  /** In words. */
  readonly said: string;
  /** To its questions, by their text; where it asks none, there are none. */
  readonly answers?: Readonly<Record<string, string>>;
}

const ASKING_TOOL = 'AskUserQuestion';
const YES_OR_NO: Ask = { text: '', options: ['allow', 'deny'], many: false, isFree: false };

export function questionFrom({ tool, input, at }: PermissionRequest): AgentQuestion {
  const asks = tool === ASKING_TOOL ? asksOf(input) : [];
  if (asks.length > 0) return { kind: 'question', tool, text: asks.map(({ text }) => text).join(' '), asks, at };
  return { kind: 'permission', tool, text: subjectOf(tool, input), asks: [YES_OR_NO], at };
}

/** @throws MuxwardError `usage` where the words are no answer to it, listing what is. */
export function answerTo(request: PermissionRequest, words: readonly string[]): Answer {
  const question = questionFrom(request);
  const [first = '', ...rest] = words;
  if (first === 'deny') return denied(rest.join(' '));
  if (question.kind === 'permission') {
    if (first === 'allow' && rest.length === 0) return { decision: decide({ behavior: 'allow' }), said: 'allowed' };
    throw new MuxwardError('usage', `"${words.join(' ').slice(0, 60)}" is no answer: it asks for permission (${request.tool})`, {
      hint: 'allow, deny, or deny and why: answer NAME deny "use the other file"',
    });
  }
  const answers = answersTo(question.asks, words);
  const said = Object.values(answers).join('; ');
  return { decision: decide({ behavior: 'allow', updatedInput: { ...request.input, answers } }), said: `answered: ${said}`, answers };
}

export function denied(why: string): Answer {
  const message = why === '' ? {} : { message: why };
  return { decision: decide({ behavior: 'deny', ...message }), said: why === '' ? 'denied' : `denied: ${why}` };
}

export function allowed(): Answer {
  return { decision: decide({ behavior: 'allow' }), said: 'allowed' };
}

/** One word for each question; a single question takes them all. */
function answersTo(asks: readonly Ask[], words: readonly string[]): Record<string, string> {
  const given = asks.length === 1 ? [words.join(' ')] : words;
  if (given.length !== asks.length || given.some((one) => one.trim() === '')) {
    throw new MuxwardError('usage', `it asks ${asks.length} questions, and ${words.length} answers were given`, {
      hint: `one argument for each: ${asks.map(({ text }) => text).join(' ')}`,
    });
  }
  return Object.fromEntries(asks.map((ask, i) => [ask.text, chosen(ask, given[i] ?? '')]));
}

/** By number, by label, or as a text of its own. */
function chosen({ options, many }: Ask, word: string): string {
  const one = (text: string): string => {
    const byNumber = /^\d+$/.test(text) ? options[Number(text) - 1] : undefined;
    return byNumber ?? options.find((label) => label.toLowerCase() === text.toLowerCase()) ?? text;
  };
  const whole = one(word.trim());
  if (!many || options.includes(whole)) return whole;
  return word.split(',').map((part) => one(part.trim())).join(', ');
}

function asksOf({ questions }: Readonly<Record<string, unknown>>): Ask[] {
  if (!Array.isArray(questions)) return [];
  return questions.flatMap((entry: unknown) => {
    const { question, options, multiSelect } = (entry ?? {}) as Record<string, unknown>;
    if (typeof question !== 'string') return [];
    const labels = (Array.isArray(options) ? options : []).map((option: unknown) => String((option as { label?: unknown } | null)?.label));
    return [{ text: question, options: labels, many: multiSelect === true, isFree: true }];
  });
}

/** What it is about: the command, the file, the address, or everything. */
function subjectOf(tool: string, input: Readonly<Record<string, unknown>>): string {
  const known = ['command', 'file_path', 'notebook_path', 'url', 'plan'].map((key) => input[key]).find((value) => typeof value === 'string');
  return `${tool}: ${typeof known === 'string' ? known : JSON.stringify(input)}`;
}

function decide(decision: object): string {
  return JSON.stringify({ hookSpecificOutput: { hookEventName: 'PermissionRequest', decision } });
}
