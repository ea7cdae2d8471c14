/** `completion`: scripts for shells. Commands and options are written into them; names of agents are asked for live. */
import { defineCommand, type CommandEntry, type CommandSpec, type LoadedCommand } from '../command.ts';
import { WINDOWS } from '../attach.ts';
import { renderCompletion, SHELLS, type CompletionEntry, type OptionValues } from '../render/completion-script.ts';
import { EXIT, MuxwardError } from '../../core/errors.ts';
import { printable, suggest } from '../../core/names.ts';
import { STRATEGIES } from '../../core/plan.ts';
import { WAIT_FOR } from '../../core/protocol.ts';
import { RESTART_POLICIES } from '../../core/restart-policy.ts';
import { STATES } from '../../core/state.ts';
import { agentTypeNames } from '../../config/agent-type-names.ts';
import { terminalFolders } from '../../config/terminals/terminal-folders.ts';
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
    context.out(renderCompletion(shell, await entries(commands), optionValues(agentTypeNames(terminalFolders(context.paths.home, context.installation)))));
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
    const takesNames = subcommands.some(([, spec]) => takesNamesOfAgents(spec));
    const takesFiles = subcommands.some(([, spec]) => takesFilesAsArguments(spec));
    return { name, summary, words: subcommands.map(([word]) => word), options: [...new Set(options)], takesNames, takesFiles };
  }
  const takesNames = takesNamesOfAgents(loaded) && name !== 'spawn';
  return { name, summary, words: name === 'completion' ? [...SHELLS] : [], options: optionsOf(loaded), takesNames, takesFiles: takesFilesAsArguments(loaded) };
}

function takesNamesOfAgents({ arguments: taken = '' }: CommandSpec): boolean {
  return /name/.test(taken);
}

function takesFilesAsArguments({ arguments: taken = '' }: CommandSpec): boolean {
  return /file/.test(taken);
}

/** Those of options that mean the same in every command. */
function optionValues(types: readonly string[]): OptionValues {
  return { '--state': STATES, '--type': types, '--restart': RESTART_POLICIES, '--window': WINDOWS, '--strategy': STRATEGIES, '--for': [...WAIT_FOR, ...STATES.filter((state) => state !== 'ready')] };
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
