/** The flags that bound what an agent may use, and what follows when it uses more. */
import { MuxwardError } from '../core/errors.ts';
import { canThrottle, LIMIT_ACTIONS, LIMIT_NAMES, type LimitAction, type LimitName, type Limits } from '../core/limits.ts';
import { printable, suggest } from '../core/names.ts';
import { parseDuration, parseSize } from '../core/units.ts';

export interface LimitFlags {
  readonly memory?: string;
  readonly cpu?: string;
  readonly timeout?: string;
  readonly maxProcesses?: string;
  readonly maxOutput?: string;
  readonly onLimit?: readonly string[];
}

/** @throws MuxwardError `usage` that names the flag. */
export function specLimits(flags: LimitFlags, defaults: Limits): Limits {
  const { memory, cpu, timeout, maxProcesses, maxOutput, onLimit = [] } = flags;
  return {
    ...defaults,
    memoryBytes: memory === undefined ? defaults.memoryBytes : parseSize(memory, '--memory'),
    cpu: cpu === undefined ? defaults.cpu : cores(cpu),
    timeoutMs: timeout === undefined ? defaults.timeoutMs : positiveDuration(timeout),
    ...(maxProcesses === undefined ? {} : { processes: processes(maxProcesses) }),
    ...(maxOutput === undefined ? {} : { outputBytes: parseSize(maxOutput, '--max-output') }),
    ...(onLimit.length === 0 ? {} : { actions: { ...defaults.actions, ...Object.fromEntries(onLimit.map(limitAction)) } }),
  };
}

function cores(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 4096) return value;
  throw new MuxwardError('usage', `--cpu: "${printable(text)}" is no number of cores`, {
    hint: 'a number above 0, for example --cpu 2 or --cpu 0.5',
  });
}

function positiveDuration(text: string): number {
  const ms = parseDuration(text, '--timeout');
  if (ms > 0) return ms;
  throw new MuxwardError('usage', `--timeout: "${printable(text)}" leaves no time`, { hint: 'for example --timeout 30m' });
}

function processes(text: string): number {
  const value = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (value >= 1) return value;
  throw new MuxwardError('usage', `--max-processes: "${printable(text)}" is no number of processes`, {
    hint: 'a whole number from 1, for example --max-processes 200',
  });
}

/** `memory=stop`. */
function limitAction(text: string): [LimitName, LimitAction] {
  const [left = '', right = ''] = text.split('=');
  const name = LIMIT_NAMES.find((known) => known === left);
  const action = LIMIT_ACTIONS.find((known) => known === right);
  if (name === undefined || action === undefined || text.split('=').length !== 2) {
    const near = name === undefined ? suggest(left, LIMIT_NAMES) : suggest(right, LIMIT_ACTIONS);
    throw new MuxwardError('usage', `--on-limit: "${printable(text)}" is not known`, {
      hint: `${near === undefined ? '' : `did you mean ${near}? `}LIMIT=ACTION, with one of ${LIMIT_NAMES.join(', ')} and one of ${LIMIT_ACTIONS.join(', ')}`,
    });
  }
  if (action === 'throttle' && !canThrottle(name)) {
    throw new MuxwardError('usage', `--on-limit: "${printable(text)}": only CPU can be had later`, { hint: `${name}=alert, ${name}=restart or ${name}=stop` });
  }
  return [name, action];
}
