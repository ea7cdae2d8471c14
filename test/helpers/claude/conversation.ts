// What a request to the Messages API says: which prompt its newest turn began with, and how far that turn has come.

interface Block {
  readonly type: string;
  readonly text?: string;
}

export interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}

export interface RequestBody {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly Message[];
  readonly system?: string | readonly Block[];
  readonly tools?: readonly { readonly name: string }[];
  readonly output_config?: { readonly format?: { readonly type: string; readonly schema?: Schema } };
}

/** As much of JSON schema as is needed to make an answer that fits. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly enum?: readonly unknown[];
}

export interface Turn {
  /** Every text that the newest prompt consists of, reminders of Claude Code's own left out. */
  readonly texts: readonly string[];
  /** Answers that the model has given in this turn. */
  readonly steps: number;
}

/** What Claude Code adds itself: reminders, and what came of its own commands. */
const NOT_TYPED = /^\s*<(?:system-reminder|local-command-\w+|command-(?:name|message|args))>/;
const INTERRUPTED = '[Request interrupted by user';

/** The turn begins with the newest user message that is more than results of tools; what came before an interrupt is not of it. */
export function newestTurn({ messages }: RequestBody): Turn {
  const from = messages.findLastIndex(({ role, content }) => role === 'user' && (!hasToolResult(content) || promptsOf(content).length > 0));
  const content = messages[from]?.content ?? [];
  const all = promptsOf(content).length > 0 ? promptsOf(content) : textsOf(content);
  const typed = all.filter((text) => !NOT_TYPED.test(text));
  const steps = messages.slice(from + 1).filter(({ role }) => role === 'assistant').length;
  return { texts: typed.length > 0 ? typed : all, steps };
}

/** Every text of every message, for what arrives in the middle of a turn. */
export function allTexts({ messages }: RequestBody): string[] {
  return messages.flatMap(({ content }) => textsOf(content));
}

/** The smallest thing that fits. */
export function fitting(schema: Schema | undefined): unknown {
  const type = typeof schema?.type === 'string' ? schema.type : schema?.type?.[0];
  if (schema?.enum) return schema.enum[0];
  if (schema?.properties) return Object.fromEntries(Object.entries(schema.properties).map(([key, value]) => [key, fitting(value)]));
  if (type === 'array') return [];
  return type === 'number' || type === 'integer' ? 1 : type === 'boolean' ? true : 'a title';
}

/** What was typed after an interrupt, which stands in one message with the result of the tool that was interrupted. */
function promptsOf(content: Message['content']): string[] {
  const texts = textsOf(content);
  const interrupt = texts.findLastIndex((text) => text.startsWith(INTERRUPTED));
  return interrupt < 0 ? [] : texts.slice(interrupt + 1);
}

function hasToolResult(content: Message['content']): boolean {
  return typeof content !== 'string' && content.some(({ type }) => type === 'tool_result');
}

function textsOf(content: Message['content']): string[] {
  return typeof content === 'string' ? [content] : content.flatMap(({ text }) => (text === undefined ? [] : [text]));
}
