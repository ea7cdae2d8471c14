/** `completion`: scripts for shells. Commands and options are written into them; names of agents are asked for live. */
import { defineCommand, type CommandEntry, type CommandSpec, type LoadedCommand } from '../command.ts';
import { renderCompletion, SHELLS, type CompletionEntry } from '../render/completion-script.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { printable, suggest } from '../../core/names.ts';
import { GLOBAL_OPTIONS } from '../global-options.ts';

export const command = defineCommand({
  arguments: '<shell>',
  examples: [
    { run: 'source <(muxward completion bash)', about: 'in ~/.bashrc; zsh the same in ~/.zshrc' },
    { run: 'muxward completion fish > ~/.config/fish/completions/muxward.fish', about: 'for fish' },
  ],
  async run({ context, args: [name = ''], commands }) {
    const shell = SHELLS.find((known) => known === name);
    if (shell === undefined) throw unknownShell(name);
    context.out(renderCompletion(shell, await entries(commands)));
    return EXIT.ok;
  },
});

async function entries(commands: readonly CommandEntry[]): Promise<CompletionEntry[]> {
  const shown = commands.filter(({ group }) => group !== null);
  return await Promise.all(
    shown.flatMap(({ name, aliases = [], summary, load }) => [name, ...aliases].map(async (word) => entryOf(word, summary, (await load()).command))),
  );
}

function entryOf(name: string, summary: string, loaded: LoadedCommand): CompletionEntry {
  if ('subcommands' in loaded) {
    const subcommands = Object.entries(loaded.subcommands);
    const options = subcommands.flatMap(([, spec]) => optionsOf(spec));
    return { name, summary, words: subcommands.map(([word]) => word), options: [...new Set(options)], takesNames: false };
  }
  const takesNames = /name/.test(loaded.arguments ?? '') && name !== 'spawn';
  return { name, summary, words: name === 'completion' ? [...SHELLS] : [], options: optionsOf(loaded), takesNames };
}

function optionsOf({ options = [] }: CommandSpec): string[] {
  return [...options, ...GLOBAL_OPTIONS, { flags: '--help' }].flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? []);
}

function unknownShell(name: string): MuxwardError {
  const near = suggest(name, SHELLS);
  return new MuxwardError('usage', `there is no completion for "${printable(name)}"`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${SHELLS.join(', ')}`,
  });
}
