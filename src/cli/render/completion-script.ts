/** The texts of shell completion. Pure; the shells ask `muxward __names` for live names. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export interface CompletionEntry {
  readonly name: string;
  readonly summary: string;
  /** Subcommands, or the words that are valid as its argument. */
  readonly words: readonly string[];
  readonly options: readonly string[];
  /** Its arguments are names of agents. */
  readonly takesNames: boolean;
  /** Its arguments are files. */
  readonly takesFiles: boolean;
}

/** Options that name an agent. */
const AGENT_OPTIONS = new Set(['--agent', '--to', '--from']);

/** What may follow an option. */
export type OptionValues = Readonly<Record<string, readonly string[]>>;

/** The script for that shell. */
export function renderCompletion(shell: Shell, entries: readonly CompletionEntry[], values: OptionValues): string {
  switch (shell) {
    case 'bash':
      return bash(entries, values);
    case 'zsh':
      return zsh(entries, values);
    case 'fish':
      return fish(entries, values);
  }
}

function cases(entries: readonly CompletionEntry[]): string {
  return entries
    .map(({ name, words, options, takesNames }) => {
      const names = takesNames ? '; names=1' : '';
      return `    ${name}) offers='${words.join(' ')}'; options='${options.join(' ')}'${names} ;;`;
    })
    .join('\n');
}

/** Shared by bash and zsh: finds the command among the words typed so far, behind options of muxward itself. */
function lookup(entries: readonly CompletionEntry[], values: OptionValues, first: number): string {
  return `  local command= offers= options= names= value= i
  for ((i = ${first}; i < at; i++)); do
    case \${typed[i]} in
      --home) ((i++)) ;;
      -*) ;;
      *) command=\${typed[i]}; break ;;
    esac
  done
  case $command in
    '') offers='${entries.map(({ name }) => name).join(' ')}'; options='--home --json --no-color --quiet --help --version' ;;
${cases(entries)}
  esac
  case \${typed[at - 1]} in
${Object.entries(values).map(([option, words]) => `    ${option}) value='${words.join(' ')}' ;;`).join('\n')}
    ${[...AGENT_OPTIONS].join('|')}) value=$(muxward __names 2>/dev/null) ;;
  esac`;
}

function bash(entries: readonly CompletionEntry[], values: OptionValues): string {
  return `# bash completion of muxward: source <(muxward completion bash)
_muxward() {
  local typed=("\${COMP_WORDS[@]}") at=$COMP_CWORD current=\${COMP_WORDS[COMP_CWORD]}
${lookup(entries, values, 1)}
  if [[ $current == -* ]]; then offers=$options
  elif [[ -n $value ]]; then offers=$value
  elif [[ -n $names ]]; then offers="$offers $(muxward __names 2>/dev/null)"
  fi
  COMPREPLY=($(compgen -W "$offers" -- "$current"))
}
complete -o default -F _muxward muxward
`;
}

function zsh(entries: readonly CompletionEntry[], values: OptionValues): string {
  return `#compdef muxward
# zsh completion of muxward: source <(muxward completion zsh)
_muxward() {
  local -a typed=("\${(@)words}")
  local at=$CURRENT current=\${words[CURRENT]}
${lookup(entries, values, 2)}
  if [[ $current == -* ]]; then offers=$options
  elif [[ -n $value ]]; then offers=$value
  elif [[ -n $names ]]; then offers="$offers $(muxward __names 2>/dev/null)"
  fi
  compadd -- \${=offers} || _files
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _muxward muxward
`;
}

/** bash and zsh offer files wherever nothing else fits; fish is told where. */
const PATH_OPTIONS = new Set(['--home', '--cwd', '--file', '--env-file', '--prompt-file', '--mcp-config']);

function fish(entries: readonly CompletionEntry[], values: OptionValues): string {
  const lines = ['# fish completion of muxward', 'complete -c muxward -f'];
  for (const { name, summary, words, options, takesNames, takesFiles } of entries) {
    const here = `-n '__fish_seen_subcommand_from ${name}'`;
    lines.push(`complete -c muxward -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`);
    if (words.length > 0) lines.push(`complete -c muxward ${here} -a '${words.join(' ')}'`);
    if (takesNames) lines.push(`complete -c muxward ${here} -a '(muxward __names 2>/dev/null)'`);
    if (takesFiles) lines.push(`complete -c muxward ${here} -F`);
    for (const option of options) lines.push(`complete -c muxward ${here} -l ${option.slice(2)}${fishValue(option, values[option])}`);
  }
  return `${lines.join('\n')}\n`;
}

function fishValue(option: string, words: readonly string[] | undefined): string {
  if (words !== undefined) return ` -x -a ${quote(words.join(' '))}`;
  if (AGENT_OPTIONS.has(option)) return " -x -a '(muxward __names 2>/dev/null)'";
  return PATH_OPTIONS.has(option) ? ' -r -F' : '';
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
