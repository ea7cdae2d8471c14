/** How a command is written in `muxward.yaml` and in plans, and the words it becomes. */
import * as z from 'zod/mini';
import { checked, text } from './fields.ts';

export const command = checked(
  z.union([text('Run by sh -c.'), z.array(text('One word.'), { error: 'a list of texts' })], { error: 'a text for sh -c, or a list of words' }),
  (value) =>
    value.length === 0 || (typeof value === 'string' ? value : value[0])?.trim() === ''
      ? { is: 'is empty', hint: 'a command line such as "node server.js", or a list such as [node, server.js]' }
      : undefined,
).check(z.meta({ description: 'A command line for sh -c, or a list: program and arguments.', examples: ['node server.js'] }));

/** Program and arguments of a command that the schema has passed. */
export function commandWords(written: z.output<typeof command>): readonly string[] {
  return typeof written === 'string' ? ['sh', '-c', written] : written;
}
