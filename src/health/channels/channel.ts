/** The port of all channels: told of an alert, each says what was answered, or fails. One file a kind, beside this one. */
import type { Alert, Delivery } from '../../core/alert.ts';

/** What a channel is told. */
export interface Telling {
  readonly kind: Delivery['kind'];
  readonly alert: Alert;
  readonly home: string;
  readonly host: string;
}

export interface Channel {
  /** Resolves with what was answered. @throws ChannelFailure; nothing in it is secret. */
  send(telling: Telling, signal: AbortSignal): Promise<string>;
}

/** It could not be told: the message says why. */
export class ChannelFailure extends Error {}
