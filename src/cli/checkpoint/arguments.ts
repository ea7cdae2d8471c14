/** The one argument that most commands of `checkpoint` need. */
import { MuxwardError } from '../../core/errors.ts';

/** @throws MuxwardError `usage` where there is none, or more than one. */
export function one([first, second]: readonly string[], command: string, question: string, hint: string): string {
  if (first !== undefined && second === undefined) return first;
  throw new MuxwardError('usage', `${command}: ${first === undefined ? question : 'one at a time'}`, { hint });
}

/** A checkpoint's id. @throws MuxwardError `usage` */
export function idOf(args: readonly string[], command: string): string {
  return one(args, command, 'which checkpoint?', 'muxward checkpoint list shows their ids');
}
