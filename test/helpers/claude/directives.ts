// What a prompt tells the stand-in for the Messages API to do. One directive a line; any other line says nothing.
//
//   stub:say TEXT              the final text (default: "OK: " and the prompt's first 60 characters)
//   stub:tool NAME {JSON}      a call of that tool; the n-th such line is the n-th step of the turn
//   stub:tools [{"name", "input"} …]   several calls in one message, as one step
//   stub:hold NAME             the final text waits until the test calls `release(NAME)`
//   stub:sleep MS              the final text waits so long
//   stub:stream CHUNKS MS      the final text comes in so many pieces with so much time between them
//   stub:error STATUS [TIMES]  answers with that HTTP error so many times (default 1), and then goes on
//   stub:limit SECONDS         answers that the usage limit is reached, until so many seconds after it first did
//   stub:usage {JSON}          what the final message says that it used

interface ToolCall {
  readonly name: string;
  readonly input: unknown;
}

export interface Script {
  /** Calls of tools, one group a step. */
  readonly steps: readonly (readonly ToolCall[])[];
  readonly say: string;
  readonly hold: string | null;
  readonly sleepMs: number;
  readonly stream: { readonly chunks: number; readonly gapMs: number };
  readonly error: { readonly status: number; readonly times: number } | null;
  readonly limitSeconds: number | null;
  readonly usage: Readonly<Record<string, unknown>>;
}

export function readScript(prompt: string): Script {
  const told = prompt.split('\n').flatMap((line) => {
    const match = /^\s*stub:([a-z]+) ?(.*)$/.exec(line);
    return match ? [{ word: match[1] ?? '', rest: match[2] ?? '' }] : [];
  });
  const last = (word: string): string | undefined => told.findLast((directive) => directive.word === word)?.rest;
  const numbers = (word: string): number[] | null => last(word)?.split(' ').map(Number) ?? null;
  const error = numbers('error');
  const stream = numbers('stream');
  return {
    steps: told.flatMap(({ word, rest }) => {
      if (word === 'tools') return [JSON.parse(rest) as ToolCall[]];
      return word === 'tool' ? [[readTool(rest)]] : [];
    }),
    say: last('say') ?? `OK: ${prompt.trim().slice(0, 60).replaceAll(/\s+/g, ' ')}`,
    hold: last('hold') ?? null,
    sleepMs: numbers('sleep')?.[0] ?? 0,
    stream: { chunks: stream?.[0] ?? 1, gapMs: stream?.[1] ?? 0 },
    error: error && { status: error[0] ?? 500, times: error[1] ?? 1 },
    limitSeconds: numbers('limit')?.[0] ?? null,
    usage: JSON.parse(last('usage') ?? '{}') as Record<string, unknown>,
  };
}

function readTool(rest: string): ToolCall {
  const at = rest.indexOf(' ');
  return { name: rest.slice(0, at), input: JSON.parse(rest.slice(at)) as unknown };
}
