/** A command of the user's, with the alert as one JSON document on its standard input. */
import { runHook } from '../../system/run-hook.ts';
import { ChannelFailure, type Channel } from './channel.ts';
import { documentOf } from './wording.ts';

export interface CommandOptions {
  readonly run: string;
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string>>;
}

export function command({ run, timeoutMs, env }: CommandOptions): Channel {
  return {
    async send(telling) {
      const outcome = await runHook({ command: run, input: JSON.stringify(documentOf(telling)), timeoutMs, env });
      if (!outcome.ok) throw new ChannelFailure(outcome.message);
      return 'ended with 0';
    },
  };
}
