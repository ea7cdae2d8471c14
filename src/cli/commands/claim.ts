/** `claim`: paths that an agent in a shared folder has for itself. */
import type { Claim } from '../../core/claim.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { checkName } from '../../core/names.ts';
import { defineCommand } from '../command.ts';

interface ClaimOptions {
  readonly drop?: boolean;
}

export const command = defineCommand<ClaimOptions>({
  arguments: '<name> [patterns...]',
  options: [{ flags: '--drop', about: 'give these back; all where none is named' }],
  notes: "PATTERNs start in the agent's folder: *, ? and ** as usual; a folder means all in it. Quote them, or the shell fills them in.",
  examples: [
    { run: "muxward claim coder 'src/api/**' package.json", about: 'others who work there shall leave these alone' },
    { run: 'muxward claim coder --drop', about: 'no more' },
  ],
  async run({ context, args: [name = '', ...patterns], options: { drop = false } }) {
    checkName(name);
    if (patterns.length === 0 && !drop) {
      throw new MuxwardError('usage', `claim ${name}: what?`, { hint: `muxward claim ${name} 'src/api/**'; what there is: muxward claims` });
    }
    const claim = await context.daemon.call('POST /api/agents/:name/claims', { patterns, drop }, { path: { name } });
    if (context.json) context.out(`${JSON.stringify(claim)}\n`);
    else if (!context.quiet) {
      const { safeLine } = await import('../render/safe-text.ts');
      context.out(`${safeLine(inWords(claim))}\n`);
    }
    return EXIT.ok;
  },
});

function inWords({ agent, folder, patterns, sharedWith }: Claim): string {
  if (patterns.length === 0) return `${agent} claims nothing`;
  return `${agent} claims ${patterns.join(' ')} in ${folder}${sharedWith.length === 0 ? '' : `, where ${sharedWith.join(', ')} ${sharedWith.length === 1 ? 'works' : 'work'} too`}`;
}
