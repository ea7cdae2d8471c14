/** The channels of the settings, ready to be used; those that cannot work say why. Secrets go no further than into them. */
import { problemOf, readSecret, DESKTOP_PROGRAMS } from '../../config/alerts/check-channels.ts';
import { findProgram } from '../../config/find-program.ts';
import type { ChannelInfo } from '../../core/alert.ts';
import { targetOf, type ChannelSpec, type SecretSource } from '../../core/alert-channel.ts';
import { ATTEMPT_TIMEOUT_MS } from '../../health/alerts/delivery-policy.ts';
import type { Channel } from '../../health/channels/channel.ts';
import { command } from '../../health/channels/command.ts';
import { desktop } from '../../health/channels/desktop.ts';
import { email } from '../../health/channels/email.ts';
import { slack } from '../../health/channels/slack.ts';
import { tmux, type ShowToClients } from '../../health/channels/tmux.ts';
import { webhook } from '../../health/channels/webhook.ts';

export interface ChannelInForce {
  readonly spec: ChannelSpec;
  /** Null where it cannot work. */
  readonly channel: Channel | null;
  readonly problem: string | null;
  readonly timeoutMs: number;
}

export interface Surroundings {
  /** Where variables that hold secrets are looked for. */
  readonly secrets: Readonly<Record<string, string>>;
  /** What commands get: no secrets of channels. */
  readonly env: Readonly<Record<string, string>>;
  readonly showToClients: ShowToClients;
  readonly now: () => Date;
}

export function channelsInForce(specs: readonly ChannelSpec[], around: Surroundings): ReadonlyMap<string, ChannelInForce> {
  return new Map(
    specs.map((spec): [string, ChannelInForce] => {
      const problem = problemOf(spec, around.secrets)?.is ?? null;
      const timeoutMs = spec.kind === 'command' ? spec.timeoutMs + 1000 : ATTEMPT_TIMEOUT_MS;
      return [spec.name, { spec, problem, timeoutMs, channel: problem === null ? make(spec, around) : null }];
    }),
  );
}

function make(spec: ChannelSpec, { secrets, env, showToClients, now }: Surroundings): Channel {
  const secret = (source: SecretSource | null): string | null => {
    const read = source === null ? null : readSecret(source, spec, secrets);
    return read !== null && 'value' in read ? read.value : null;
  };
  switch (spec.kind) {
    case 'desktop':
      return desktop(DESKTOP_PROGRAMS.map((name) => findProgram(name, env['PATH'], '/')).find((path) => path !== undefined) ?? '', env);
    case 'tmux':
      return tmux(showToClients);
    case 'command':
      return command({ run: spec.run, timeoutMs: spec.timeoutMs, env });
    case 'webhook':
      return webhook(secret(spec.url) ?? '', secret(spec.secret), now);
    case 'slack':
      return slack(secret(spec.url) ?? '');
    case 'email':
      return email({ ...spec, password: secret(spec.password) });
  }
}

export function channelInfo({ spec, problem }: ChannelInForce): ChannelInfo {
  return { name: spec.name, kind: spec.kind, target: targetOf(spec), problem, origin: `${spec.at.file}:${spec.at.line}` };
}
