/** The flags that bound what an agent may use. */
import type { Limits } from '../core/agent.ts';
import { MuxwardError } from '../core/errors.ts';
import { printable } from '../core/names.ts';
import { parseDuration, parseSize } from '../core/units.ts';

interface LimitFlags {
  readonly memory?: string;
  readonly cpu?: string;
  readonly timeout?: string;
}

/** @throws MuxwardError `usage` that names the flag. */
export function specLimits({ memory, cpu, timeout }: LimitFlags, defaults: Limits): Limits {
  return {
    memoryBytes: memory === undefined ? defaults.memoryBytes : parseSize(memory, '--memory'),
    cpu: cpu === undefined ? defaults.cpu : cores(cpu),
    timeoutMs: timeout === undefined ? defaults.timeoutMs : positiveDuration(timeout),
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
