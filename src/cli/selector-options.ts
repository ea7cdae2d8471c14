/** The options by which all commands on several agents say which ones they mean. */
import { MuxwardError } from '../core/errors.ts';
import { checkName, printable, suggest } from '../core/names.ts';
import { isEmpty, type Selector } from '../core/selector.ts';
import { STATES } from '../core/state.ts';
import { labelsOf } from './agent-spec.ts';
import type { OptionSpec } from './option.ts';

export const SELECTOR_OPTIONS: readonly OptionSpec[] = [
  { flags: '--project <name>', about: 'only agents of that project' },
  { flags: '--label <k=v>', about: 'only agents with that label', many: true },
  { flags: '--type <type>', about: 'only agents of that type' },
  { flags: '--state <state>', about: `only agents in that state: ${STATES.join(', ')}` },
  { flags: '--all', about: 'all agents' },
];

export interface SelectorFlags {
  readonly project?: string;
  readonly label?: readonly string[];
  readonly type?: string;
  readonly state?: string;
  readonly all?: boolean;
}

/**
 * The selector that names and options make; empty where nothing was said.
 * @throws MuxwardError `usage` for a word that can be no name and a state that is none.
 */
export function selectorOf(names: readonly string[], flags: SelectorFlags): Selector {
  for (const name of names) checkPattern(name);
  return {
    ...(names.length === 0 ? {} : { names }),
    ...(flags.project === undefined ? {} : { project: flags.project }),
    ...(flags.label === undefined ? {} : { labels: labelsOf(flags.label) }),
    ...(flags.type === undefined ? {} : { type: flags.type }),
    ...(flags.state === undefined ? {} : { state: checkState(flags.state) }),
    ...(flags.all ? { all: true } : {}),
  };
}

/** As selectorOf, for commands that change something: they do nothing unless told to what. */
export function actingSelectorOf(command: string, names: readonly string[], flags: SelectorFlags): Selector {
  const selector = selectorOf(names, flags);
  if (!isEmpty(selector)) return selector;
  throw new MuxwardError('usage', `${command}: which agents?`, {
    hint: `name them (globs too: 'api-*'), or --project P, --label k=v, --type T, --state S, --all`,
  });
}

function checkPattern(name: string): void {
  if (!/^[A-Za-z0-9*?][A-Za-z0-9_*?-]*$/.test(name)) checkName(name);
}

function checkState(state: string): string {
  if ((STATES as readonly string[]).includes(state)) return state;
  const near = suggest(state, STATES);
  throw new MuxwardError('usage', `--state: "${printable(state)}" is no state`, {
    hint: `${near === undefined ? '' : `did you mean ${near}? `}One of ${STATES.join(', ')}`,
  });
}
