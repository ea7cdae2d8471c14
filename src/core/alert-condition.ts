/**
 * The small language of alert rules: `cpu > 90% for 2m`, `restarts > 3 in 10m`, `event conflict.found`. Reads it and says
 * what is wrong with it and where; whether a condition holds is health/alerts/. Pure.
 */
import { ACTIVITIES } from './activity.ts';
import { EVENT_TYPES, type EventType } from './event.ts';
import { HEALTH_STATUSES } from './health.ts';
import { printable, suggest } from './names.ts';
import { STATES } from './state.ts';
import { parseDuration, parseSize } from './units.ts';

/** What can be compared with a number, and in which unit that stands. */
export const METRICS = {
  cpu: 'share',
  memory: 'size',
  rss: 'size',
  growth: 'size',
  processes: 'count',
  failures: 'count',
  response: 'duration',
  uptime: 'duration',
  cost: 'count',
  disk: 'share',
} as const satisfies Record<string, 'share' | 'size' | 'count' | 'duration'>;
export type Metric = keyof typeof METRICS;

const WORDS = { health: HEALTH_STATUSES, activity: ACTIVITIES, state: STATES } as const;

export const OPERATORS = ['>', '>=', '<', '<='] as const;
export type Operator = (typeof OPERATORS)[number];

export type Condition =
  /** `value` in percent, bytes, milliseconds or as it is; `ofLimit`: percent of the agent's own limit. */
  | { readonly kind: 'metric'; readonly metric: Metric; readonly op: Operator; readonly value: number; readonly ofLimit: boolean; readonly forMs: number }
  | { readonly kind: 'restarts'; readonly op: Operator; readonly value: number; readonly withinMs: number }
  | { readonly kind: 'silence'; readonly forMs: number }
  | { readonly kind: 'is'; readonly what: keyof typeof WORDS; readonly not: boolean; readonly value: string; readonly forMs: number }
  | { readonly kind: 'event'; readonly type: EventType };

/** Metrics that have a limit to be a share of. */
const LIMITED: readonly Metric[] = ['cpu', 'memory', 'rss'];

const EXAMPLES = 'for example cpu > 90% for 2m, no output for 15m, health is unhealthy for 1m, event conflict.found';
const RESTARTS_WITHIN = '10m';

/** What is wrong with a rule's text, where, and what would be right. */
export class ConditionFault extends Error {
  /** Counts from 1. */
  readonly position: number;
  readonly hint: string;

  constructor(position: number, message: string, hint: string) {
    super(message);
    this.position = position;
    this.hint = hint;
  }
}

interface Token {
  readonly text: string;
  readonly at: number;
}

/** @throws ConditionFault */
export function parseCondition(text: string): Condition {
  const reader = new Reader(text);
  const condition = read(reader);
  reader.end();
  return condition;
}

function read(reader: Reader): Condition {
  const subject = reader.next('a metric', EXAMPLES);
  const word = subject.text.toLowerCase();
  switch (word) {
    case 'event':
      return { kind: 'event', type: eventOf(reader) };
    case 'no':
      reader.word('output');
      return { kind: 'silence', forMs: reader.duration('for') };
    case 'restarts':
      return { kind: 'restarts', op: operatorOf(reader), value: valueOf(reader, 'count').value, withinMs: reader.isNext('in') ? reader.duration('in') : parseDuration(RESTARTS_WITHIN, '') };
    case 'health':
    case 'activity':
    case 'state':
      return isOf(reader, word);
    default:
      if (Object.hasOwn(METRICS, word)) return metricOf(reader, word as Metric);
      throw unknownSubject(subject);
  }
}

function unknownSubject({ text, at }: Token): ConditionFault {
  const known = [...Object.keys(METRICS), 'restarts', ...Object.keys(WORDS), 'no output', 'event'];
  const near = suggest(text, known);
  return new ConditionFault(at, `"${printable(text)}" is nothing that can be watched`, `${near === undefined ? '' : `did you mean ${near}? `}One of ${known.join(', ')}`);
}

function metricOf(reader: Reader, metric: Metric): Condition {
  const op = operatorOf(reader);
  const { value, token } = valueOf(reader, METRICS[metric], LIMITED.includes(metric));
  const ofLimit = reader.has('of');
  if (ofLimit) reader.word('limit');
  const isPercent = token.text.endsWith('%');
  if (ofLimit && !isPercent) throw new ConditionFault(token.at, `"${printable(token.text)}" is no share of a limit`, `for example ${metric} > 80% of limit`);
  if (ofLimit && !LIMITED.includes(metric)) throw new ConditionFault(token.at, `there is no limit of ${metric}`, `these have one: ${LIMITED.join(', ')}`);
  if (isPercent && !ofLimit && METRICS[metric] === 'size') {
    throw new ConditionFault(token.at, `${token.text} of what?`, `for example ${metric} > ${token.text} of limit, or ${metric} > 1GB`);
  }
  return { kind: 'metric', metric, op, value, ofLimit, forMs: reader.optionalDuration('for', '0s') };
}

function isOf(reader: Reader, what: keyof typeof WORDS): Condition {
  reader.word('is');
  const not = reader.has('not');
  const known: readonly string[] = WORDS[what];
  const { text, at } = reader.next(`a word for ${what}`, `one of ${known.join(', ')}`);
  if (!known.includes(text.toLowerCase())) {
    const near = suggest(text, known);
    throw new ConditionFault(at, `${what} is never "${printable(text)}"`, `${near === undefined ? '' : `did you mean ${near}? `}One of ${known.join(', ')}`);
  }
  return { kind: 'is', what, not, value: text.toLowerCase(), forMs: reader.optionalDuration('for', '0s') };
}

function eventOf(reader: Reader): EventType {
  const { text, at } = reader.next('the type of an event', 'for example event conflict.found');
  const known = Object.keys(EVENT_TYPES);
  if (Object.hasOwn(EVENT_TYPES, text)) return text as EventType;
  const near = suggest(text, known);
  throw new ConditionFault(at, `there is no event "${printable(text)}"`, `${near === undefined ? '' : `did you mean ${near}? `}One of ${known.join(', ')}`);
}

function operatorOf(reader: Reader): Operator {
  const { text, at } = reader.next('>, >=, < or <=', 'for example cpu > 90%');
  const found = OPERATORS.find((each) => each === text);
  if (found === undefined) throw new ConditionFault(at, `"${printable(text)}" compares nothing`, `one of ${OPERATORS.join(', ')}`);
  return found;
}

const UNITS = {
  share: { what: 'a share', hint: 'for example 90%' },
  size: { what: 'a size', hint: 'a number with K, M, G or KB, MB, GB, for example 1GB' },
  count: { what: 'a number', hint: 'for example 3' },
  duration: { what: 'a duration', hint: 'a number with ms, s, m, h or d, for example 500ms' },
} as const;

function valueOf(reader: Reader, unit: keyof typeof UNITS, orShare = false): { value: number; token: Token } {
  const { what, hint } = UNITS[unit];
  const token = reader.value(what, hint);
  const value = orShare && token.text.endsWith('%') ? shareOf(token.text) : numberOf(token.text, unit);
  if (value === undefined) throw new ConditionFault(token.at, `"${printable(token.text)}" is not ${what}`, hint);
  return { value, token };
}

function shareOf(text: string): number | undefined {
  return /^\d+(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : undefined;
}

function numberOf(text: string, unit: keyof typeof UNITS): number | undefined {
  switch (unit) {
    case 'share':
      return shareOf(text);
    case 'count':
      return /^\$?\d+(\.\d+)?$/.test(text) ? Number(text.replace('$', '')) : undefined;
    case 'size':
      return attempt(() => parseSize(text, ''));
    case 'duration':
      return attempt(() => parseDuration(text, ''));
  }
}

function attempt(parse: () => number): number | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

const KEYWORDS = new Set(['of', 'for', 'in']);

class Reader {
  readonly #tokens: readonly Token[];
  readonly #length: number;
  #index = 0;

  constructor(text: string) {
    this.#tokens = [...text.matchAll(/[<>=!]+|[^\s<>=!]+/g)].map((match) => ({ text: match[0], at: match.index + 1 }));
    this.#length = text.trimEnd().length;
  }

  next(what: string, hint: string): Token {
    const token = this.#tokens[this.#index];
    if (token === undefined) throw new ConditionFault(this.#length + 1, `it ends where ${what} belongs`, hint);
    this.#index += 1;
    return token;
  }

  /** A number with its unit, which may stand apart: `90 %`. */
  value(what: string, hint: string): Token {
    const { text, at } = this.next(what, hint);
    const unit = this.#tokens[this.#index];
    if (unit === undefined || !/^\d+(\.\d+)?$/.test(text) || KEYWORDS.has(unit.text.toLowerCase())) return { text, at };
    this.#index += 1;
    return { text: text + unit.text, at };
  }

  isNext(word: string): boolean {
    return this.#tokens[this.#index]?.text.toLowerCase() === word;
  }

  has(word: string): boolean {
    if (!this.isNext(word)) return false;
    this.#index += 1;
    return true;
  }

  word(word: string): void {
    const { text, at } = this.next(`"${word}"`, EXAMPLES);
    if (text.toLowerCase() !== word) throw new ConditionFault(at, `"${printable(text)}" where "${word}" belongs`, EXAMPLES);
  }

  /** Longer than none: what has to hold for no time always does. */
  duration(word: string): number {
    this.word(word);
    const { value, token } = valueOf(this, 'duration');
    if (value === 0) throw new ConditionFault(token.at, `"${printable(token.text)}" is no time`, `for example ${word} 15m`);
    return value;
  }

  optionalDuration(word: string, otherwise: string): number {
    return this.has(word) ? valueOf(this, 'duration').value : parseDuration(otherwise, '');
  }

  end(): void {
    const rest = this.#tokens[this.#index];
    if (rest !== undefined) throw new ConditionFault(rest.at, `"${printable(rest.text)}" belongs to nothing`, EXAMPLES);
  }
}
