/** Who runs the command: the agent that it runs inside of, else the user. */
import path from 'node:path';
import { USER } from '../../core/message.ts';
import { checkName } from '../../core/names.ts';
import type { Context } from '../context.ts';

/** An agent of this home, and of no other. */
export function whoami({ paths }: Context): string {
  const { MUXWARD_AGENT: agent = '', MUXWARD_HOME: home = '' } = process.env;
  return agent !== '' && home !== '' && path.resolve(home) === paths.home ? checkName(agent) : USER;
}
