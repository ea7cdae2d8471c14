/** Channels that alerts go out by, as they are configured. What each does is health/channels/. */
import type { Severity } from './alert.ts';

export const CHANNEL_KINDS = ['desktop', 'tmux', 'command', 'webhook', 'slack', 'email'] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** Where something secret is read from. A value that stands in the file itself is never shown. */
export type SecretSource =
  | { readonly from: 'value'; readonly value: string }
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'file'; readonly path: string };

interface ChannelBase {
  readonly name: string;
  /** What it is told of. */
  readonly severities: readonly Severity[];
  /** Where it is configured. */
  readonly at: { readonly file: string; readonly line: number; readonly column: number };
}

/** How a kind of channel tells. */
export type ChannelWay =
  | { readonly kind: 'desktop' }
  | { readonly kind: 'tmux' }
  | { readonly kind: 'command'; readonly run: string; readonly timeoutMs: number }
  | { readonly kind: 'webhook'; readonly url: SecretSource; readonly secret: SecretSource | null }
  | { readonly kind: 'slack'; readonly url: SecretSource }
  | EmailChannel;

export type ChannelSpec = ChannelBase & ChannelWay;

interface EmailChannel {
  readonly kind: 'email';
  /** `smtp://host:port`, `smtps://host:port`. */
  readonly server: string;
  readonly user: string | null;
  readonly password: SecretSource | null;
  readonly from: string;
  readonly to: readonly string[];
}

/** The secrets of a channel, each with the key that says where it is. */
export function secretsOf(channel: ChannelSpec): { readonly key: string; readonly source: SecretSource }[] {
  const of = (key: string, source: SecretSource | null): { key: string; source: SecretSource }[] => (source === null ? [] : [{ key, source }]);
  switch (channel.kind) {
    case 'webhook':
      return [...of('url', channel.url), ...of('secret', channel.secret)];
    case 'slack':
      return of('url', channel.url);
    case 'email':
      return of('password', channel.password);
    case 'desktop':
    case 'tmux':
    case 'command':
      return [];
  }
}

/** Where a channel leads, in words that hold nothing secret: of a URL no more than its host. */
export function targetOf(channel: ChannelSpec): string {
  switch (channel.kind) {
    case 'desktop':
      return 'this desktop';
    case 'tmux':
      return "muxward's tmux";
    case 'command':
      return channel.run.trim().split(/\s+/)[0] ?? '';
    case 'webhook':
    case 'slack':
      return sourceInWords(channel.url);
    case 'email':
      return `${channel.to.join(', ')} by ${new URL(channel.server).host}`;
  }
}

function sourceInWords(source: SecretSource): string {
  switch (source.from) {
    case 'value': {
      const { protocol, host } = new URL(source.value);
      return `${protocol}//${host}/…`;
    }
    case 'env':
      return `$${source.name}`;
    case 'file':
      return `from ${source.path}`;
  }
}
