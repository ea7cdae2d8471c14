/**
 * The library: `import { connect } from 'muxward'`. A typed client of a home's daemon, which must run
 * (`muxward daemon start` starts it); every call is one route of the protocol.
 */
import os from 'node:os';
import path from 'node:path';
import { Client } from './client.ts';

export type { CallOptions, Client } from './client.ts';
export { DaemonUnreachable } from './http.ts';
export { MuxwardError } from '../core/errors.ts';
export type * from '../core/agent.ts';
export type * from '../core/alert.ts';
export type * from '../core/event.ts';
export type * from '../core/history.ts';
export type * from '../core/message.ts';
export type * from '../core/protocol.ts';

export interface ConnectOptions {
  /** Default: `$MUXWARD_HOME`, else `~/.local/state/muxward`. */
  readonly home?: string;
  /** Of the daemon's socket, where it is not in the home (a home on a very long path). */
  readonly socketPath?: string;
}

/** A client of that home; nothing is asked of the daemon yet. */
export function connect(options: ConnectOptions = {}): Client {
  return new Client(options.socketPath ?? path.join(options.home ?? homeOf(process.env), 'api.sock'));
}

function homeOf(env: NodeJS.ProcessEnv): string {
  if (env['MUXWARD_HOME']) return path.resolve(env['MUXWARD_HOME']);
  const state = env['XDG_STATE_HOME'];
  if (state && path.isAbsolute(state)) return path.join(state, 'muxward');
  return path.join(env['HOME'] || os.userInfo().homedir, '.local/state/muxward');
}
